"""What people ask of conversations."""

from __future__ import annotations

from dataclasses import replace

from bot.core import Call
from bot.domain import threads as rules
from bot.domain.ids import new_id
from bot.domain.people import Role
from bot.domain.threads import Entry, Hearing, Seat, Side, Thread
from bot.errors import Refusal
from bot.features.threads.access import NOBODY_ELSE, addressed, leads, others_among, readers_of, seat_of
from bot.features.threads.commands import (
    CloseThread,
    EnterCode,
    MyThreads,
    OpenThread,
    PutAway,
    ReadThread,
    SayInThread,
    SpeakUp,
    UseCode,
)
from bot.features.threads.notices import tell_author, tell_readers
from bot.features.threads.screens import (
    LEFT_OUT,
    code_form,
    finished_form,
    last_words,
    mine_view,
    reading_form,
    receipt,
    said_view,
    sent_view,
    speak_up_form,
)
from bot.ports.store import Transaction
from bot.views import Ask, Done, Form, Replace, Reply, Show, View, text
from bot.wire import Flag
from bot.words import N_


async def speak_up(command: SpeakUp, call: Call) -> Reply:
    """The form. What was typed after the command is put into it; it has been sent to nobody.

    Words that stand in a chat under a name are not: the form would promise that nobody can tell whose they are.
    """
    form = speak_up_form("" if command.shown is Flag.YES else command.text, call.words)
    left_out = command.shown is Flag.YES and command.text.strip()
    return Ask(replace(form, body=(text(call.words(LEFT_OUT)), *form.body)) if left_out else form)


async def open_thread(command: OpenThread, call: Call) -> Reply:
    """Start a conversation with the leaders of a unit whose people are enough to hide its author, or the stewards."""
    tree = await call.tx.people.tree(call.organisation.id)
    unit, recipient = await addressed(command, tree, call)
    entry = _entry(Side.STAFF, command.body, call)
    thread = Thread(
        id=new_id(),
        organisation=call.organisation.id,
        unit=unit,
        recipient=recipient,
        opened=call.today,
        author=call.person.id if command.hear is Hearing.NAMED else "",
        entries=(entry,),
    )
    readers = await readers_of(thread, call.tx)
    if not others_among(readers, call.person):
        raise Refusal(NOBODY_ELSE)
    call.tx.limits.take(call.person.id, call.today)
    code = rules.new_code() if command.hear is Hearing.CODE else ""
    await call.tx.threads.open(thread, call.person.id, code)
    await tell_readers(readers, thread, entry, call)
    if code:
        return Ask(receipt(code, _next_batch(call), call.words))
    name = await call.tx.threads.handle_of(thread)
    return Show(sent_view(name, readers, tree.units[unit].name, _next_batch(call), call.words))


async def enter_code(_command: EnterCode, call: Call) -> Reply:
    """The form for a code."""
    return Ask(code_form(call.words))


async def use_code(command: UseCode, call: Call) -> Reply:
    """The conversation that a code leads to. A wrong code and that of a closed one are answered alike."""
    code = rules.accept_code(command.code)
    ticket = await call.tx.threads.enter(call.organisation.id, code, call.person.id, call.now)
    if ticket is None:
        raise Refusal(rules.UNKNOWN_CODE, field="code")
    return Ask(await _reading(await seat_of(ticket, call), "", call))


async def put_away(_command: PutAway, _call: Call) -> Reply:
    """What was to be read has been read; nothing of it stays."""
    return Done()


async def read(command: ReadThread, call: Call) -> Reply:
    """The whole conversation with a field for an answer; a closed one can still be read by its leaders."""
    seat = await seat_of(command.thread, call)
    name = await _author_name(seat.thread, call.tx)
    return Ask(finished_form(seat, name, call.words) if seat.thread.closed else await _reading(seat, name, call))


async def say(command: SayInThread, call: Call) -> Reply:
    """Add to a conversation. The other side is told at the next batch, so that the moment of writing is lost."""
    seat = await seat_of(command.thread, call)
    thread = seat.thread
    rules.require_open(thread)
    entry = _entry(seat.side, command.body, call)
    call.tx.limits.take(call.person.id, call.today)
    await call.tx.threads.add_entry(thread.id, entry)
    if seat.side is Side.STAFF:
        await tell_readers(await readers_of(thread, call.tx), thread, entry, call)
    elif not thread.coded:
        await tell_author(thread, entry, call)
    if not seat.ticketed:
        return Replace(said_view(seat.name, _next_batch(call), call.words))
    return Ask(await _reading(replace(seat, thread=replace(thread, entries=(*thread.entries, entry))), "", call))


async def close(command: CloseThread, call: Call) -> Reply:
    """Either side may end it; then nobody can find the author any more. A leader's answer must reach them first."""
    seat = await seat_of(command.thread, call)
    t = call.words
    wait = rules.open_until(seat.thread)
    if seat.side is Side.LEADER and wait is not None and wait[0] > call.now:
        raise Refusal(wait[1], values={"when": t.moment(wait[0])})
    await call.tx.threads.close(seat.thread.id)
    title, destroyed = (
        t(N_("The conversation is closed")),
        text(t(N_("The way back to its author has been destroyed."))),
    )
    return Ask(last_words(title, (destroyed,), t)) if seat.ticketed else Replace(View(title, (destroyed,)))


async def mine(_command: MyThreads, call: Call) -> Reply:
    """Conversations of this person, and for a leader or a steward those they are to answer, waiting ones first.

    One without a name that its author is to answer too stands there twice, so that nobody's list lacks it.
    """
    written = await call.tx.threads.by_author(call.organisation.id, call.person.id)
    own = [thread.seen_by(Side.STAFF, call.now) for thread in written]
    led = [thread for thread in await _led_by(call) if not thread.closed and thread.author != call.person.id]
    led.sort(key=lambda thread: (not thread.waiting, thread.opened))
    named = [(thread, thread.id) for thread in led]
    return Show(mine_view([*named, *[(t, await call.tx.threads.handle_of(t)) for t in own]], call.words))


async def _reading(seat: Seat, author: str, call: Call) -> Form:
    draft = await call.tx.threads.draft_name(seat.thread) if seat.ticketed else ""
    return reading_form(seat, author, draft, call.words)


def _next_batch(call: Call) -> str:
    """When what is written now is handed over, in words."""
    return call.words.moment(call.organisation.next_batch(call.now))


async def _led_by(call: Call) -> list[Thread]:
    """What has been handed over to this person by now."""
    person = call.person
    if person.role is Role.STAFF:
        return []
    tree = await call.tx.people.tree(person.organisation)
    units = {person.unit, tree.root.id}
    if person.role is Role.STEWARD:
        units |= tree.units.keys() - await call.tx.people.units_with_leader(person.organisation)
    threads = await call.tx.threads.of_units(person.organisation, units)
    handed_over = [(t, t.seen_by(Side.LEADER, call.now)) for t in threads]
    return [seen for t, seen in handed_over if seen.entries and await leads(person, t, call.tx)]


def _entry(side: Side, body: str, call: Call) -> Entry:
    handed_over = call.organisation.next_batch(call.now)
    return Entry(new_id(), side, call.today, rules.accept_body(body), handed_over)


async def _author_name(thread: Thread, tx: Transaction) -> str:
    author = await tx.people.get(thread.author) if thread.author else None
    return author.name if author else ""
