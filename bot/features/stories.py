"""Stories of change: told with a slash command, shown as far as their teller wants, withdrawn whenever they like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.composing import Reader
from bot.core import Call
from bot.delivery import edit
from bot.domain import stories as rules
from bot.domain.calendar import next_batch
from bot.domain.ids import new_id
from bot.domain.people import THREAD_UNIT_MIN, Tree
from bot.domain.programmes import Programme, of_today
from bot.domain.stories import AUDIENCES, KINDS, Audience, Story, StoryKind, StoryState
from bot.entries import MyStories, StartStory
from bot.errors import NotFound, Refusal
from bot.parts import story_parts
from bot.ports.channels import Channel
from bot.ports.outbox import Destination, When
from bot.views import (
    Ask,
    Button,
    Buttons,
    Choice,
    Element,
    Form,
    Note,
    Option,
    Paragraph,
    Quote,
    Replace,
    Reply,
    Show,
    Strong,
    Style,
    Tick,
    View,
    text,
)
from bot.wire import Command, Flag, Notice
from bot.words import N_, Words

HELP = frozenset({"help", "cymorth"})
TEAM_TOO_SMALL = N_(
    "Fewer than five people of your team are here, so without your name it would still give you away. Show your name, "
    "or choose the whole organisation."
)
ORGANISATION_TOO_SMALL = N_(
    "Fewer than five people are here, so without your name it would still give you away. Nothing was saved. Show your "
    "name, and it can be told."
)
SHOWN = N_(
    "But what you typed stands in the chat under your name, whatever you choose. To tell it without your name, discard "
    "this draft, say only /story, and write in the form."
)
NOT_YOURS = N_("That story is not there any more.")
NO_PROGRAMME = N_("No programme of change is running at the moment, so there is nowhere to tell it. Nothing was saved.")


@dataclass(frozen=True, slots=True)
class EditStory(Command):
    """Go on with a draft: choose who may see it."""

    story: str


@dataclass(frozen=True, slots=True)
class TellStory(Command):
    """Share a story, a new one or a draft."""

    text: str
    kind: StoryKind = StoryKind.LEARNED
    audience: Audience = Audience.TEAM
    changed: str = ""
    named: Flag = Flag.NO
    story: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawStory(Command):
    """Take a story or a draft back, everywhere."""

    story: str


@dataclass(frozen=True, slots=True)
class StoryShared(Notice, batched=True):
    """A story may be shown."""

    story: str


# What people ask


async def start(command: StartStory, call: Call) -> Reply:
    """A form, or a draft to look at. Nothing is shown to anybody yet."""
    words = command.text.strip()
    if words.lower() in HELP:
        return Show(_help(call.words))
    programme = await _running(call)
    if not words:
        return Ask(_form(_blank(programme, call), call.words))
    call.tx.threads.spend(call.person.id, call.today)
    tree = await call.tx.people.tree(call.organisation.id)
    draft = replace(_blank(programme, call), unit=tree.root.id, text=words)
    await call.tx.stories.draft(draft, call.person.id)
    return Show(_preview(draft, call.words, shown=command.shown is Flag.YES))


async def edit_story(command: EditStory, call: Call) -> Reply:
    """The form, filled with the draft."""
    story = await _own(command.story, call)
    return Ask(_form(story, call.words, story.id))


async def tell(command: TellStory, call: Call) -> Reply:
    """Keep the story and have it shown as far as its teller said. Telling the same draft twice tells it once."""
    story = await _own(command.story, call) if command.story else None
    if story is None:
        story = _blank(await _running(call), call)
        told = await _told(command, story, call)
        call.tx.threads.spend(call.person.id, call.today)
        await call.tx.stories.draft(told, call.person.id)
    elif story.state is StoryState.DRAFT:
        told = await _told(command, story, call)
    else:
        return Replace(_thanks(story, call.words))
    await call.tx.stories.save(told)
    await _spread(told, call)
    thanks = _thanks(told, call.words)
    return Replace(thanks) if command.story else Show(thanks)


async def withdraw(command: WithdrawStory, call: Call) -> Reply:
    """Erase the words, and edit them out of every message they stand in."""
    story = await _own(command.story, call)
    await call.tx.stories.discard(story.id, story.state)
    for post in await call.tx.channels.posts_about(story.organisation, story.id):
        await edit(call.tx, post, call.now)
    t = call.words
    return Replace(View(t(N_("It is gone")), (text(t(N_("Your story was taken out of every message it stood in."))),)))


async def mine(_command: MyStories, call: Call) -> Reply:
    """What this person has told, named or not, with a way to take each back."""
    stories = await call.tx.stories.by_teller(call.organisation.id, call.person.id)
    t = call.words
    if not stories:
        return Show(View(t(N_("My stories")), (text(t(N_("You have not told one yet. Try /story."))),)))
    return Show(View(t(N_("My stories")), tuple(part for story in stories for part in _listed(story, t))))


# What reaches channels


async def compose_shared(notice: StoryShared, reader: Reader) -> View | None:
    """The story for a channel; a withdrawn one is not sent, and where it stands already it says that it is gone."""
    story = await reader.tx.stories.get(notice.story)
    t = reader.words
    tree = await reader.tx.people.tree(reader.organisation.id)
    shown_here = story is not None and reader.channel is not None and _shown_in(reader.channel, story, tree)
    if story is None or not shown_here or not story.shown_at(reader.now):
        gone = View(t(N_("A story was withdrawn by the person who told it.")))
        return gone if reader.editing else None
    programme = await reader.tx.programmes.get(story.programme)
    teller = await reader.tx.people.get(story.teller) if story.teller else None
    by = teller.name if teller else t(N_("A colleague"))
    return View(_headline(programme, story, t), tuple(story_parts(story, by, t)), about=story.id)


# What it looks like


def _form(story: Story, t: Words, draft: str = "") -> Form:
    kinds = tuple(Option(kind, t(label)) for kind, label in KINDS.items())
    audiences = tuple(Option(audience, t(label)) for audience, label in AUDIENCES.items())
    return Form(
        t(N_("A story of change")),
        TellStory,
        (
            Choice("kind", t(N_("What kind of story?")), kinds, story.kind),
            Paragraph(
                "text",
                t(N_("What happened, and what did you learn?")),
                value=story.text,
                longest=rules.LONGEST,
            ),
            Paragraph(
                "changed",
                t(N_("What did it change, for you or for others?")),
                value=story.changed,
                required=False,
                longest=rules.LONGEST,
            ),
            Choice("audience", t(N_("Who may see it?")), audiences, story.audience),
            Tick("named", t(N_("Show my name with it"))),
        ),
        submit=t(N_("Share it")),
        cancel=t(N_("Cancel")),
        body=(Note(t(N_("Without your name, it appears with others at nine or at three, with a day and no time."))),),
        fixed={"story": draft} if draft else {},
    )


def _preview(draft: Story, t: Words, *, shown: bool) -> View:
    body: list[Element] = [Quote(draft.text)]
    if len(draft.text) > rules.LONGEST:
        body.append(text(Strong(t(rules.TOO_LONG, longest=rules.LONGEST, n=len(draft.text)))))
    body += [
        Note(t(N_("Only you can see this draft."))),
        *((Note(t(SHOWN)),) if shown else ()),
        Buttons(
            (
                Button(t(N_("Choose who may see it")), EditStory(draft.id), Style.PRIMARY, asks=True),
                Button(t(N_("Discard it")), WithdrawStory(draft.id), Style.DANGER),
            )
        ),
    ]
    return View(t(N_("Your draft")), tuple(body))


def _thanks(story: Story, t: Words) -> View:
    when = N_("It is on its way.") if story.teller else N_("It will appear with others, without your name.")
    undo = Button(t(N_("Withdraw it")), WithdrawStory(story.id), Style.DANGER)
    return View(t(N_("Thank you for telling it")), (text(t(when)), Buttons((undo,))))


def _listed(story: Story, t: Words) -> Iterable[Element]:
    status = {StoryState.DRAFT: N_("Draft"), StoryState.SHARED: N_("Shared")}[story.state]
    yield Quote(story.text, f"{t(status)}, {t.day(story.day)}, {t(AUDIENCES[story.audience])}")
    yield Buttons((Button(t(N_("Withdraw it")), WithdrawStory(story.id), Style.DANGER),))


def _headline(programme: Programme, story: Story, t: Words) -> str:
    day = programme.day(story.day)
    return t(N_("Day {day} of {days}: {kind}"), day=day, days=programme.days, kind=t(KINDS[story.kind]))


def _help(t: Words) -> View:
    return View(
        t(N_("Telling a story")),
        (
            text(Strong("/story"), " ", t(N_("opens a form."))),
            text(Strong("/story "), t(N_("and some words saves a draft that only you can see.")) ),
            text(t(N_("What did not work is as welcome as what did. You can withdraw a story at any time."))),
        ),
    )  # fmt: skip


# How it is done


async def _running(call: Call) -> Programme:
    programme = of_today(await call.tx.programmes.list_all(call.organisation.id), call.today)
    if programme is None:
        raise Refusal(NO_PROGRAMME)
    return programme


def _blank(programme: Programme, call: Call) -> Story:
    return Story(
        id=new_id(),
        organisation=call.organisation.id,
        programme=programme.id,
        unit=call.person.unit,
        kind=StoryKind.LEARNED,
        text="",
        changed="",
        audience=Audience.ORGANISATION,
        day=call.today,
    )


async def _own(story_id: str, call: Call) -> Story:
    story = await call.tx.stories.get(story_id)
    if story is None or not await call.tx.stories.told_by(story_id, call.person.id):
        raise NotFound(NOT_YOURS)
    return story


async def _told(command: TellStory, story: Story, call: Call) -> Story:
    """The story as it will be kept."""
    named = command.named is Flag.YES
    unit, audience = (call.person.unit, command.audience) if named else await _unnamed(command.audience, call)
    return replace(
        story,
        unit=unit,
        kind=command.kind,
        text=rules.accept_text(command.text, "text"),
        changed=rules.accept_text(command.changed, "changed", required=False),
        audience=audience,
        day=call.today,
        state=StoryState.SHARED,
        teller=call.person.id if named else "",
        shown_from=None if named else next_batch(call.now, call.organisation.tz),
    )


async def _unnamed(audience: Audience, call: Call) -> tuple[str, Audience]:
    """Where an unnamed story stands. A team's own does in the team, if enough people can tell one there.

    Those of the units below do not count: they have channels of their own. Any other stands in the organisation, as if
    from anybody: a unit would say who cannot have told it. The team of whoever is in no unit is the organisation.
    """
    heads = await call.tx.people.possible_writers(call.organisation.id)
    root, own = (await call.tx.people.tree(call.organisation.id)).root.id, call.person.unit
    if audience is Audience.TEAM and own != root:
        if heads.get(own, 0) < THREAD_UNIT_MIN:
            raise Refusal(TEAM_TOO_SMALL, field="audience")
        return own, audience
    if sum(heads.values()) < THREAD_UNIT_MIN:
        raise Refusal(ORGANISATION_TOO_SMALL, field="named")
    return root, Audience.ORGANISATION if audience is Audience.TEAM else audience


async def _spread(story: Story, call: Call) -> None:
    tree = await call.tx.people.tree(story.organisation)
    due = story.shown_from or call.now
    for channel in await call.tx.channels.list_all(story.organisation):
        if _shown_in(channel, story, tree):
            key = f"{StoryShared.name()}:{story.id}:{channel.id}"
            await call.tx.outbox.queue(
                story.organisation, StoryShared(story.id), Destination(channel=channel.id), When(due), key
            )


def _shown_in(channel: Channel, story: Story, tree: Tree) -> bool:
    """A team's story in its own channel; any other in those of the whole organisation."""
    return channel.unit == (story.unit if story.audience is Audience.TEAM else tree.root.id)
