"""What people ask of ideas."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date

from bot.core import Call
from bot.domain import ideas as rules
from bot.domain.calendar import bank_holidays, next_batch
from bot.domain.ideas import Idea
from bot.domain.ids import new_id
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
    ReadIdea,
    SaveAnswer,
    SaveIdea,
    ShowIdeas,
    StartIdea,
    WithdrawIdea,
)
from bot.features.ideas.screens import Listed
from bot.leading import units_answered_by
from bot.ports.outbox import Destination, When
from bot.views import Ask, Element, Fields, Replace, Reply, Show
from bot.wire import Flag
from bot.words import N_

NO_PROGRAMME = N_("No programme of change is running at the moment, so nobody would answer. Nothing was saved.")
TOO_SMALL = N_(
    "Fewer than five people are here, so without your name it would still give you away. Nothing was saved. Show your "
    "name, and it can be offered."
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
    tree = await call.tx.people.tree(call.organisation.id)
    return Show(screens.offered(idea, tree.units[idea.unit].name, call.words))


async def show_all(command: ShowIdeas, call: Call) -> Reply:
    """The ideas that may be shown by now and the person's own, those first that wait for an answer."""
    found = await call.tx.ideas.of_organisation(call.organisation.id)
    mine = {idea.id for idea in await call.tx.ideas.by_author(call.organisation.id, call.person.id)}
    seen = [idea for idea in found if idea.shown_at(call.now) or idea.id in mine]
    backs = await call.tx.ideas.backed_by(call.organisation.id, call.person.id)
    units = await units_answered_by(call.person, call.tx)
    ordered = sorted(rules.in_order(seen), key=lambda idea: not (idea.open and idea.unit in units))
    page = rules.page_of(ordered, command.page)
    listed = [await _listed(idea, idea.id in mine, idea.id in backs, idea.unit in units, call) for idea in page.ideas]
    return Show(screens.several(listed, page.number + 1 if page.more else 0, call.words))


async def read(command: ReadIdea, call: Call) -> Reply:
    """One idea, with what was said to it."""
    idea = await _visible(await call.tx.ideas.get(command.idea), call)
    answer = await call.tx.ideas.get(idea.into) if idea.into else None
    backs = await call.tx.ideas.backed_by(call.organisation.id, call.person.id)
    listed = await _listed(answer or idea, await _is_own(idea, call), idea.id in backs, answers=False, call=call)
    return Show(screens.one(listed, call.words))


async def back(command: BackIdea, call: Call) -> Reply:
    """Back an idea, once. Doing it again changes nothing and is answered alike."""
    idea = await _visible(await call.tx.ideas.lock(command.idea), call)
    _require_open(idea)
    if await _is_own(idea, call):
        raise Refusal(rules.OWN)
    await call.tx.ideas.back(idea.id, call.person.id)
    return Show(screens.thanks_for_backing(call.words))


async def change(command: ChangeIdea, call: Call) -> Reply:
    """The form with the words as they are."""
    idea = await _own(await call.tx.ideas.get(command.idea), call)
    _require_unfrozen(idea)
    return Ask(screens.change_form(idea, call.words))


async def save(command: SaveIdea, call: Call) -> Reply:
    """Keep other words, in every message they stand in, as long as nobody backs it."""
    idea = await _own(await call.tx.ideas.lock(command.idea), call)
    _require_unfrozen(idea)
    changed = replace(idea, text=rules.accept_text(command.text), hours=rules.accept_hours(command.hours))
    await call.tx.ideas.save(changed)
    await notices.change_posts(idea.id, call)
    tree = await call.tx.people.tree(call.organisation.id)
    return Replace(screens.offered(changed, tree.units[idea.unit].name, call.words))


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
    await notices.change_posts(idea.id, call)
    await notices.tell_of_answer(idea, call)
    return Replace(screens.said(ANSWER_SHOWN, call.words))


async def compare(command: CompareIdea, call: Call) -> Reply:
    """The form that asks which other idea says the same."""
    idea = await _answerable(await call.tx.ideas.get(command.idea), call)
    _require_mergeable(idea)
    found = await call.tx.ideas.of_organisation(call.organisation.id)
    others = [each for each in rules.in_order(found) if each.open and each.shown_at(call.now) and each.id != idea.id]
    if not others:
        raise Refusal(NO_OTHERS)
    return Ask(screens.compare_form(idea, others, call.words))


async def propose_merge(command: ProposeMerge, call: Call) -> Reply:
    """Ask its author, at the next batch, whether an idea is the same as another one."""
    idea = await _answerable(await call.tx.ideas.lock(command.idea), call)
    _require_mergeable(idea)
    other = await _visible(await call.tx.ideas.get(command.other), call)
    _require_open(other)
    if other.id == idea.id:
        raise Refusal(rules.ITSELF, field="other")
    await call.tx.ideas.save(replace(idea, same_as=other.id))
    notice = notices.MergeProposed(idea.id, other.id)
    when, key = When(next_batch(call.now, call.organisation.tz)), f"{notice.name()}:{idea.id}:{other.id}"
    await call.tx.outbox.queue(idea.organisation, notice, Destination(), when, key)
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
    await call.tx.ideas.merge(idea.id, other.id)
    await notices.change_posts(idea.id, call)
    return Replace(screens.said(N_("They are one idea now. You will be told when it is answered."), call.words))


async def show_held(call: Call) -> Sequence[Element]:
    """How many ideas lead to this person, and how many they back."""
    t = call.words
    ideas = await call.tx.ideas.by_author(call.organisation.id, call.person.id)
    backs = await call.tx.ideas.backed_by(call.organisation.id, call.person.id)
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


async def _take_back(idea: Idea, call: Call) -> None:
    """Erase an idea, and edit it out of every message it stands in."""
    await call.tx.ideas.discard(idea.id)
    await notices.change_posts(idea.id, call)


async def _offered(command: OfferIdea, programme: Programme, call: Call) -> Idea:
    """The idea as it will be kept."""
    named = command.named is Flag.YES
    return Idea(
        id=new_id(),
        organisation=call.organisation.id,
        programme=programme.id,
        unit=call.person.unit if named else await _unnamed_unit(call),
        kind=command.kind,
        text=rules.accept_text(command.text),
        hours=rules.accept_hours(command.hours),
        day=call.today,
        due=rules.due_on(call.today, _closed(call)),
        author=call.person.id if named else "",
        shown_from=None if named else next_batch(call.now, call.organisation.tz),
    )


async def _unnamed_unit(call: Call) -> str:
    writers = await call.tx.people.possible_writers(call.organisation.id)
    root = (await call.tx.people.tree(call.organisation.id)).root.id
    unit = rules.sheltering_unit(call.person.unit, root, writers)
    if unit is None:
        raise Refusal(TOO_SMALL, field="named")
    return unit


async def _running(call: Call) -> Programme:
    programme = of_today(await call.tx.programmes.list_all(call.organisation.id), call.today)
    if programme is None:
        raise Refusal(NO_PROGRAMME)
    return programme


async def _listed(idea: Idea, own: bool, backs: bool, answers: bool, call: Call) -> Listed:  # noqa: FBT001
    by = await notices.author_name(idea, call.tx) or call.words(N_("A colleague"))
    return Listed(idea, by, own=own, backs=backs, answers=answers)


def _closed(call: Call) -> Container[date]:
    return bank_holidays(call.organisation.nation)


def _require_open(idea: Idea) -> None:
    if not idea.open:
        raise Refusal(rules.ANSWERED)


def _require_unfrozen(idea: Idea) -> None:
    _require_open(idea)
    if idea.backed:
        raise Refusal(rules.FROZEN)


def _require_mergeable(idea: Idea) -> None:
    _require_open(idea)
    if idea.apart:
        raise Refusal(rules.APART)


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
