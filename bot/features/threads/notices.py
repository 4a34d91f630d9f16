"""What reaches the two sides of a conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.composing import Moment, Reader
from bot.core import Call
from bot.domain import threads as rules
from bot.domain.calendar import bank_holidays
from bot.domain.people import Person
from bot.domain.threads import Entry, Side, Thread
from bot.features.threads.access import leads
from bot.features.threads.commands import ReadThread
from bot.ports.outbox import Again, Destination, When
from bot.ports.store import Transaction
from bot.views import Button, Buttons, Style, View, text
from bot.wire import Notice
from bot.words import N_

WAITING = (
    N_("Somebody in {unit} has written to you"),
    N_("They are waiting for an answer. You need not know who they are to give one."),
)
WAITING_STILL = (
    N_("A conversation in {unit} still waits for an answer"),
    N_("You may have been told of it before: we could not tell. Nobody has answered it yet."),
)
TOLD_BEFORE = N_("You may have been told of it before: we could not tell. Nothing has been added since.")


@dataclass(frozen=True, slots=True)
class ThreadWaiting(Notice, batched=True):
    """Somebody has written to a leader. `telling` rises where it is in doubt whether they were told."""

    thread: str
    entry: str
    telling: int = 1


@dataclass(frozen=True, slots=True)
class ThreadAnswered(Notice, batched=True):
    """A leader has answered. To whom is locked in the thread, and opened only when this is sent.

    `telling` rises where it is in doubt whether they were told.
    """

    thread: str
    entry: str
    telling: int = 1


async def compose_waiting(notice: ThreadWaiting, reader: Reader) -> View | None:
    """Tell a leader, if they still are one, that somebody has written. Not what: a message stays, a dialog does not."""
    thread = await reader.tx.threads.get(notice.thread)
    if thread is None or thread.closed or reader.person is None or not await leads(reader.person, thread, reader.tx):
        return None
    if notice.telling > 1 and not thread.last_word(notice.entry, Side.LEADER, reader.now):
        return None
    t = reader.words
    unit = (await reader.tx.people.tree(thread.organisation)).units[thread.unit].name
    title, words = WAITING_STILL if notice.telling > 1 else WAITING
    return View(
        t(title, unit=unit),
        (
            text(t(words)),
            Buttons((Button(t(N_("Read and answer")), ReadThread(thread.id), Style.PRIMARY, asks=True),)),
        ),
    )


async def find_author(notice: ThreadAnswered, tx: Transaction) -> str | None:
    """Open the locked route, at the moment of sending and for nothing else."""
    return await tx.threads.find_author(notice.thread)


async def compose_answered(notice: ThreadAnswered, reader: Reader) -> View | None:
    """Tell the author that there is a reply."""
    thread = await reader.tx.threads.get(notice.thread)
    if thread is None or thread.closed:
        return None
    if notice.telling > 1 and not thread.last_word(notice.entry, Side.STAFF, reader.now):
        return None
    t, name = reader.words, await reader.tx.threads.handle_of(thread)
    read = Buttons((Button(t(N_("Read it")), ReadThread(name), Style.PRIMARY, asks=True),))
    if notice.telling == 1:
        return View(t(N_("You have a reply")), (read,))
    return View(t(N_("You have a reply, if you have not read it yet")), (text(t(TOLD_BEFORE)), read))


async def wait_again(notice: ThreadWaiting, at: Moment) -> Again | None:
    """A reader who may not have been told is told at the next batch, if it still waits then."""
    if notice.telling >= rules.TELLINGS:
        return None
    return Again(replace(notice, telling=notice.telling + 1), When(at.organisation.next_batch(at.now)))


async def answer_again(notice: ThreadAnswered, at: Moment) -> Again | None:
    """An author who may not have been told is told on another day, unless one of the two has said more by then."""
    thread = await at.tx.threads.get(notice.thread)
    entries = {entry.id: entry for entry in thread.entries} if thread else {}
    if notice.telling >= rules.TELLINGS or notice.entry not in entries:
        return None
    when = rules.told_again(entries[notice.entry], at.now, at.organisation.tz, bank_holidays(at.organisation.nation))
    return Again(replace(notice, telling=notice.telling + 1), When(when))


async def tell_readers(readers: Collection[Person], thread: Thread, entry: Entry, call: Call) -> None:
    """Queue the news for its readers, with an unnamed author among them: whoever is left out would be known."""
    when = When(call.organisation.next_batch(call.now))
    for reader in readers:
        if reader.id == thread.author:
            continue
        notice = ThreadWaiting(thread.id, entry.id)
        key = f"{notice.name()}:{entry.id}:{reader.id}"
        await call.tx.outbox.queue(thread.organisation, notice, Destination(person=reader.id), when, key)


async def tell_author(thread: Thread, entry: Entry, call: Call) -> None:
    """Queue the news for its author. To whom it goes is found when it is sent."""
    notice = ThreadAnswered(thread.id, entry.id)
    when = When(call.organisation.next_batch(call.now))
    await call.tx.outbox.queue(
        thread.organisation, notice, Destination(thread=thread.id), when, f"{notice.name()}:{entry.id}"
    )
