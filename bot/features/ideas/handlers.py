"""What people ask of ideas."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date

from bot.core import Call
from bot.domain import ideas as rules
from bot.domain.calendar import bank_holidays
from bot.domain.ideas import Idea
from bot.domain.ids import new_id
from bot.domain.people import without
from bot.domain.programmes import Programme, of_today
from bot.errors import NotFound, Refusal
from bot.features.ideas import notices, screens
from bot.features.ideas.commands import (
    AnswerIdea,
    BackIdea,
    ChangeIdea,
    CompareIdea,
    DecideMerge,
    OfferIdea,
    ProposeMerge,
    ReadAnswers,
    SaveAnswer,
    SaveIdea,
    ShowIdeas,
    StartIdea,
    WithdrawIdea,
)
from bot.features.ideas.screens import Listed
from bot.leading import units_answered_by
from bot.views import Ask, Element, Fields, Replace, Reply, Show, View
from bot.wire import Flag
from bot.words import N_

NO_PROGRAMME = N_("No programme of change is running at the moment, so nobody would answer. Nothing was saved.")
TOO_SMALL = N_(
    "Too few people could have offered it from where you are, so without your name it would still give you away. "
    "Nothing was saved. Show your name, and it can be offered."
)
ANSWER_SHOWN = N_("Your answer is shown with the idea. Whoever offered or backs it is told.")
NO_OTHERS = N_("There is no other idea that waits for an answer.")


async def start(command: StartIdea, call: Call) -> Reply:
    """The form, with what was typed in it. Nothing is kept yet."""
    words = command.text.strip()
    return Ask(screens.idea_form(words, call.words, shown=bool(words) and command.shown is Flag.YES))


async def offer(command: OfferIdea, call: Call) -> Reply:
    """Keep an idea, have it shown, and say at once by when it is answered."""
    idea = await _offered(command, await _running(call), call)
    call.tx.limits.take(call.person.id, call.today)
    await call.tx.ideas.add(idea, call.person.id)
    await notices.spread(idea, call)
    return Show(await _receipt(idea, call))


async def show_all(command: ShowIdeas, call: Call) -> Reply:
    """The ideas that may be shown by now and the person's own, those first that wait for an answer."""
    found = await call.tx.ideas.of_organisation(call.organisation.id)
    mine = {idea.id for idea in await call.tx.ideas.by_author(call.organisation.id, call.person.id)}
    seen = [idea for idea in found if idea.shown_at(call.now) or idea.id in mine]
    units = await units_answered_by(call.person, call.tx)
    page = rules.page_of(rules.in_order(seen, units), command.page)
    backs = await call.tx.ideas.backed(page.ideas, call.person.id)
    listed = [
        Listed(idea, await _author(idea, call), idea.id in mine, idea.id in backs, idea.unit in units)
        for idea in page.ideas
    ]
    return Show(screens.several(listed, page, call.words))


async def read_answers(_command: ReadAnswers, call: Call) -> Reply:
    """What was said to the ideas that this person has offered or backs. In a form: their words stay in no chat."""
    found = await call.tx.ideas.of_organisation(call.organisation.id)
    into = {idea.into for idea in await call.tx.ideas.by_author(call.organisation.id, call.person.id)}
    own = {idea.id for idea in await call.tx.ideas.by_author(call.organisation.id, call.person.id)} | into
    answered = [idea for idea in found if idea.answer]
    backs = await call.tx.ideas.backed(answered, call.person.id)
    mine = [idea for idea in answered if idea.id in own or idea.id in backs]
    newest = sorted(mine, key=lambda idea: (idea.answer.day if idea.answer else idea.day, idea.id), reverse=True)
    return Ask(screens.answers_form([(idea, await _author(idea, call)) for idea in newest[: rules.PAGE]], call.words))


async def back(command: BackIdea, call: Call) -> Reply:
    """Back an idea, once. Doing it again changes nothing and is answered alike."""
    idea = await _visible(await call.tx.ideas.lock(command.idea), call)
    _require_open(idea)
    if await _is_own(idea, call):
        raise Refusal(rules.OWN)
    await call.tx.ideas.back(idea, call.person.id)
    return Show(screens.thanks_for_backing(call.words))


async def change(command: ChangeIdea, call: Call) -> Reply:
    """The form with the words as they are."""
    idea = await _own(await call.tx.ideas.get(command.idea), call)
    _require_unfrozen(idea, call)
    return Ask(screens.change_form(idea, call.words))


async def save(command: SaveIdea, call: Call) -> Reply:
    """Keep other words, in every message they stand in, as long as nobody backs it."""
    idea = await _own(await call.tx.ideas.lock(command.idea), call)
    _require_unfrozen(idea, call)
    changed = replace(idea, text=rules.accept_text(command.text), hours=rules.accept_hours(command.hours))
    await call.tx.ideas.save(changed)
    await notices.change_posts([idea.id], call)
    return Replace(await _receipt(changed, call))


async def withdraw(command: WithdrawIdea, call: Call) -> Reply:
    """Erase the words, and edit them out of every message they stand in."""
    idea = await _own(await call.tx.ideas.lock(command.idea), call)
    await _take_back(idea, call)
    return Replace(screens.said(N_("Your idea was taken out of every message it stood in."), call.words))


async def answer(command: AnswerIdea, call: Call) -> Reply:
    """The form for an answer."""
    idea = await _answerable(await call.tx.ideas.get(command.idea), call)
    _require_open(idea)
    return Ask(screens.answer_form(idea, rules.dates_from(call.today, _closed(call)), call.words))


async def save_answer(command: SaveAnswer, call: Call) -> Reply:
    """Keep an answer, show it wherever the idea stands, and have everybody told whom it concerns."""
    idea = await _answerable(await call.tx.ideas.lock(command.idea), call)
    _require_open(idea)
    given = rules.accept_answer(command.verdict, command.reason, command.by, call.today)
    await call.tx.ideas.save(replace(idea, answer=given, same_as=""))
    await notices.change_posts([idea.id], call)
    await notices.tell_of_answer(idea, call)
    return Replace(screens.said(ANSWER_SHOWN, call.words))


async def compare(command: CompareIdea, call: Call) -> Reply:
    """The form that asks which other idea says the same."""
    idea = await _answerable(await call.tx.ideas.get(command.idea), call)
    _require_mergeable(idea)
    found = await call.tx.ideas.of_organisation(call.organisation.id)
    others = [each for each in found if each.open and each.shown_at(call.now) and each.id != idea.id]
    if not others:
        raise Refusal(NO_OTHERS)
    return Ask(screens.compare_form(idea, rules.most_alike(idea, others), call.words))


async def propose_merge(command: ProposeMerge, call: Call) -> Reply:
    """Ask its author, at the next batch, whether an idea is the same as another one."""
    idea = await _answerable(await call.tx.ideas.lock(command.idea), call)
    _require_mergeable(idea)
    other = await _visible(await call.tx.ideas.get(command.other), call)
    _require_open(other)
    if other.id == idea.id:
        raise Refusal(rules.ITSELF, field="other")
    if idea.same_as != other.id:
        await call.tx.ideas.save(replace(idea, same_as=other.id))
        await notices.ask_author(idea, other, call)
    return Replace(screens.said(N_("Its author is asked. Until they say yes, both stay as they are."), call.words))


async def decide_merge(command: DecideMerge, call: Call) -> Reply:
    """Merge an idea into the other one if its author says so; who says no is not asked again."""
    first, second = sorted((command.idea, command.other))
    locked = {each: await call.tx.ideas.lock(each) for each in (first, second)}
    idea, other = await _own(locked[command.idea], call), await _visible(locked[command.other], call)
    _require_open(idea)
    _require_open(other)
    if idea.same_as != other.id:
        raise Refusal(rules.GONE)
    if command.agreed is not Flag.YES:
        await call.tx.ideas.save(replace(idea, same_as="", apart=True))
        return Replace(screens.said(N_("Your idea stays by itself."), call.words))
    people = [person.id for person in await call.tx.people.list_all(idea.organisation)]
    await call.tx.ideas.merge(idea, other, people)
    await notices.change_posts([idea.id], call)
    return Replace(screens.said(N_("They are one idea now. You will be told when it is answered."), call.words))


async def show_held(call: Call) -> Sequence[Element]:
    """How many ideas lead to this person, and how many they back."""
    t = call.words
    ideas = await call.tx.ideas.by_author(call.organisation.id, call.person.id)
    backs = await call.tx.ideas.backed(await call.tx.ideas.of_organisation(call.organisation.id), call.person.id)
    rows = (
        (t(N_("Ideas with your name")), str(sum(bool(idea.author) for idea in ideas))),
        (t(N_("Ideas without your name")), str(sum(not idea.author for idea in ideas))),
        (t(N_("Ideas that you back")), str(len(backs))),
    )
    return (Fields(rows),)


async def erase(call: Call) -> None:
    """Take back every idea of this person, everywhere, and all that they back."""
    for idea in await call.tx.ideas.by_author(call.organisation.id, call.person.id):
        await _take_back(idea, call)
    await call.tx.ideas.stop_backing(call.organisation.id, call.person.id)
    for kind in (notices.IdeaAnswered, notices.MergeProposed):
        await call.tx.outbox.withdraw(kind, call.person.id)


async def _take_back(idea: Idea, call: Call) -> None:
    """Erase an idea, and edit it out of every message it stands in. What was merged into it stands by itself again."""
    freed = await call.tx.ideas.discard(idea.id)
    await notices.change_posts([idea.id, *freed], call)


async def _receipt(idea: Idea, call: Call) -> View:
    tree = await call.tx.people.tree(call.organisation.id)
    where = tree.units[idea.unit].name if idea.unit != tree.root.id else ""
    return screens.offered(idea, where, call.words)


async def _offered(command: OfferIdea, programme: Programme, call: Call) -> Idea:
    """The idea as it will be kept."""
    named, due = command.named is Flag.YES, rules.due_on(call.today, _closed(call))
    ends = rules.last_day_to_offer(programme.starts, programme.days, call.today, due)
    if ends is not None:
        raise Refusal(rules.ENDS, values={"day": call.words.day(ends)})
    return Idea(
        id=new_id(),
        organisation=call.organisation.id,
        programme=programme.id,
        unit=call.person.unit if named else await _unnamed_unit(call),
        kind=command.kind,
        text=rules.accept_text(command.text),
        hours=rules.accept_hours(command.hours),
        day=call.today,
        due=due,
        author=call.person.id if named else "",
        shown_from=None if named else call.organisation.next_batch(call.now),
    )


async def _unnamed_unit(call: Call) -> str:
    """Where an idea without a name is hidden. Stewards may be those who answer it, so they hide nobody."""
    people, organisation = call.tx.people, call.organisation.id
    writers = without(await people.stewards(organisation), await people.possible_writers(organisation))
    unit = rules.sheltering_unit(call.person.unit, await people.tree(organisation), writers)
    if unit is None:
        raise Refusal(TOO_SMALL, field="named")
    return unit


async def _running(call: Call) -> Programme:
    programme = of_today(await call.tx.programmes.list_all(call.organisation.id), call.today)
    if programme is None:
        raise Refusal(NO_PROGRAMME)
    return programme


async def _author(idea: Idea, call: Call) -> str:
    return await notices.author_name(idea, call.tx) or call.words(N_("A colleague"))


def _closed(call: Call) -> Container[date]:
    return bank_holidays(call.organisation.nation)


def _require_open(idea: Idea) -> None:
    if not idea.open:
        raise Refusal(rules.MERGED if idea.into else rules.ANSWERED)


def _require_unfrozen(idea: Idea, call: Call) -> None:
    _require_open(idea)
    if idea.frozen:
        raise Refusal(rules.FROZEN)
    if not idea.author and idea.shown_at(call.now):
        raise Refusal(rules.HANDED_OVER)


def _require_mergeable(idea: Idea) -> None:
    _require_open(idea)
    if idea.apart or not idea.author:
        raise Refusal(rules.APART if idea.author else rules.UNNAMED)


async def _visible(idea: Idea | None, call: Call) -> Idea:
    """An idea that this person may see. Raises `NotFound` for every other, as for one that is not there."""
    here = _here(idea, call)
    if here.shown_at(call.now) or await _is_own(here, call):
        return here
    raise NotFound(rules.GONE)


async def _own(idea: Idea | None, call: Call) -> Idea:
    """An idea that this person has offered. Raises `NotFound` for every other, as for one that is not there."""
    here = _here(idea, call)
    if await _is_own(here, call):
        return here
    raise NotFound(rules.GONE)


async def _answerable(idea: Idea | None, call: Call) -> Idea:
    """An idea that this person answers. Raises `NotFound` for every other, as for one that is not there."""
    here = _here(idea, call)
    if here.shown_at(call.now) and here.unit in await units_answered_by(call.person, call.tx):
        return here
    raise NotFound(rules.GONE)


async def _is_own(idea: Idea, call: Call) -> bool:
    """Whether this person has offered it."""
    return await call.tx.ideas.find_author(idea.id) == call.person.id


def _here(idea: Idea | None, call: Call) -> Idea:
    if idea is None or idea.organisation != call.organisation.id or idea.withdrawn:
        raise NotFound(rules.GONE)
    return idea
