"""What stories look like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.domain import stories as rules
from bot.domain.programmes import Programme
from bot.domain.stories import AUDIENCES, KINDS, Story, StoryState
from bot.features.stories.commands import EditStory, TellStory, WithdrawStory
from bot.views import (
    Button,
    Buttons,
    Choice,
    Element,
    Form,
    Note,
    Option,
    Paragraph,
    Quote,
    Strong,
    Style,
    Tick,
    View,
    text,
)
from bot.words import N_, NC_, Words

SHOWN = N_(
    "But what you typed stands in the chat under your name, whatever you choose. To tell it without your name, discard "
    "this draft, say only /story, and write in the form."
)


def story_form(story: Story, t: Words, draft: str = "") -> Form:
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
            Choice("audience", t(NC_("story", "Who may see it?")), audiences, story.audience),
            Tick("named", t(NC_("story", "Show my name with it"))),
        ),
        submit=t(N_("Share it")),
        cancel=t(N_("Cancel")),
        body=(Note(t(N_("Without your name, it appears with others at nine or at three, with a day and no time."))),),
        fixed={"story": draft} if draft else {},
    )


def preview(draft: Story, t: Words, *, shown: bool) -> View:
    body: list[Element] = [Quote(draft.text)]
    if len(draft.text) > rules.LONGEST:
        body.append(text(Strong(t(rules.TOO_LONG, longest=rules.LONGEST, n=len(draft.text)))))
    body += [
        Note(t(N_("Only you can see this draft."))),
        *((Note(t(SHOWN)),) if shown else ()),
        Buttons(
            (
                Button(t(NC_("story", "Choose who may see it")), EditStory(draft.id), Style.PRIMARY, asks=True),
                Button(t(NC_("story", "Discard it")), WithdrawStory(draft.id), Style.DANGER),
            )
        ),
    ]
    return View(t(N_("Your draft")), tuple(body))


def thanks(story: Story, t: Words) -> View:
    when = N_("It is on its way.") if story.teller else N_("It will appear with others, without your name.")
    undo = Button(t(N_("Withdraw it")), WithdrawStory(story.id), Style.DANGER)
    return View(t(NC_("story", "Thank you for telling it")), (text(t(when)), Buttons((undo,))))


def gone_view(t: Words) -> View:
    """A story has been taken back."""
    return View(t(N_("It is gone")), (text(t(N_("Your story was taken out of every message it stood in."))),))


def mine_view(stories: Sequence[Story], t: Words) -> View:
    """All that somebody has told."""
    none = text(t(N_("You have not told one yet. Try /story.")))
    return View(t(N_("My stories")), tuple(part for story in stories for part in _listed(story, t)) or (none,))


def story_parts(story: Story, by: str, t: Words) -> Iterable[Element]:
    """A story as it is shown to others."""
    yield Quote(story.text, by)
    if story.changed:
        yield text(Strong(t(N_("What it changed:"))), " ", story.changed)


def _listed(story: Story, t: Words) -> Iterable[Element]:
    status = {StoryState.DRAFT: NC_("story", "Draft"), StoryState.SHARED: NC_("story", "Shared")}[story.state]
    yield Quote(story.text, f"{t(status)}, {t.day(story.day)}, {t(AUDIENCES[story.audience])}")
    yield Buttons((Button(t(N_("Withdraw it")), WithdrawStory(story.id), Style.DANGER),))


def headline(programme: Programme, story: Story, t: Words) -> str:
    day = programme.day(story.day)
    return t(N_("Day {day} of {days}: {kind}"), day=day, days=programme.days, kind=t(KINDS[story.kind]))


def how_to_tell(t: Words) -> View:
    return View(
        t(N_("Telling a story")),
        (
            text(Strong("/story"), " ", t(N_("opens a form."))),
            text(Strong("/story "), t(N_("and some words saves a draft that only you can see.")) ),
            text(t(N_("What did not work is as welcome as what did. You can withdraw a story at any time."))),
        ),
    )  # fmt: skip
