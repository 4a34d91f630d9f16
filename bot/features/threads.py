"""Feedback threads: somebody speaks up, a leader answers, and neither has to know who the other one's colleague is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.core import Call
from bot.domain import threads as rules
from bot.domain.calendar import next_batch
from bot.domain.ids import new_id
from bot.domain.people import Person, Role, Tree
from bot.domain.threads import RECIPIENTS, Entry, Recipient, Side, Thread
from bot.entries import MyThreads, SpeakUp
from bot.errors import NotFound, Refusal
from bot.parcels import Reader
from bot.ports import Recipient as To
from bot.ports import Transaction, When
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
    Style,
    Tick,
    View,
    text,
)
from bot.wire import Command, Flag, Notice
from bot.words import N_, Words

NO_THREAD = N_("That conversation is not there, or it is not yours.")
NOBODY_ELSE = N_("There is nobody else here it could be handed to. Nothing was sent.")
NOT_YET = N_("What was written last is handed over on {when}. Please close the conversation after that.")
PROMISE = N_(
    "Without your name, this is confidential: while the conversation is open the system can find you to deliver a "
    "reply, so somebody who controls both the server and its keys could too. When it is closed, that stops for ever."
)


@dataclass(frozen=True, slots=True)
class OpenThread(Command):
    """Open a conversation."""

    body: str
    recipient: Recipient = Recipient.LEADER
    named: Flag = Flag.NO


@dataclass(frozen=True, slots=True)
class ReadThread(Command):
    """Read a conversation, and perhaps answer."""

    thread: str


@dataclass(frozen=True, slots=True)
class SayInThread(Command):
    """Say something more in a conversation."""

    thread: str
    body: str


@dataclass(frozen=True, slots=True)
class CloseThread(Command):
    """End a conversation, and destroy the way back to its author."""

    thread: str


@dataclass(frozen=True, slots=True)
class ThreadWaiting(Notice):
    """Somebody has written to a leader."""

    thread: str
    entry: str


@dataclass(frozen=True, slots=True)
class ThreadAnswered(Notice):
    """A leader has answered. To whom is locked in the thread, and opened only when this is sent."""

    thread: str
    entry: str


# What people ask


async def speak_up(command: SpeakUp, call: Call) -> Reply:
    """The form. What was typed after the command is put into it; it has been sent to nobody."""
    return Ask(_form(command.text, call.words))


async def open_thread(command: OpenThread, call: Call) -> Reply:
    """Start a conversation with the leaders of a unit that is large enough to hide its author."""
    tree = await call.tx.people.tree(call.organisation.id)
    unit = await _unit_for(command.recipient, tree, call)
    named = command.named is Flag.YES
    entry = _entry(Side.STAFF, command.body, call)
    thread = Thread(
        id=new_id(),
        organisation=call.organisation.id,
        unit=unit,
        recipient=command.recipient,
        opened=call.today,
        author=call.person.id if named else "",
        entries=(entry,),
    )
    readers = await _readers(thread, call.tx)
    if all(reader.id == call.person.id for reader in readers):
        raise Refusal(NOBODY_ELSE)
    await call.tx.threads.open(thread, call.person.id)
    await _tell(readers, thread, entry, call)
    return Show(_sent(thread, readers, tree, call))


async def read(command: ReadThread, call: Call) -> Reply:
    """The whole conversation with a field for an answer; closed ones can be read by their leaders."""
    thread, side = await _thread(command.thread, call)
    name = await _author_name(thread, call.tx)
    if thread.closed:
        return Show(View(call.words(rules.CLOSED)))
    return Ask(_reading(thread, side, name, call.words))


async def say(command: SayInThread, call: Call) -> Reply:
    """Add to a conversation. The other side is told at the next batch, so that the moment of writing is lost."""
    thread, side = await _thread(command.thread, call)
    rules.require_open(thread)
    entry = _entry(side, command.body, call)
    await call.tx.threads.say(thread.id, entry)
    if side is Side.STAFF:
        await _tell(await _readers(thread, call.tx), thread, entry, call)
    else:
        await _tell_author(thread, entry, call)
    return Replace(_said(thread, call))


async def close(command: CloseThread, call: Call) -> Reply:
    """Either side may end it; then nobody can find the author any more. A leader's answer must reach them first."""
    thread, side = await _thread(command.thread, call)
    t = call.words
    waiting = thread.on_its_way(call.now)
    if side is Side.LEADER and waiting is not None:
        raise Refusal(NOT_YET, values={"when": t.moment(waiting.shown_from)})
    await call.tx.threads.close(thread.id)
    destroyed = text(t(N_("The way back to its author has been destroyed.")))
    return Replace(View(t(N_("The conversation is closed")), (destroyed,)))


async def mine(_command: MyThreads, call: Call) -> Reply:
    """Conversations of this person, and for a leader or a steward those they are to answer, waiting ones first."""
    own = [t.seen_by(Side.STAFF, call.now) for t in await call.tx.threads.mine(call.organisation.id, call.person.id)]
    mine = {thread.id for thread in own}
    led = [t for t in await _led_by(call) if not t.closed and t.id not in mine]
    led.sort(key=lambda thread: (not thread.waiting, thread.opened))
    t = call.words
    if not own and not led:
        return Show(View(t(N_("My conversations")), (text(t(N_("There are none. Start one with /speakup."))),)))
    return Show(View(t(N_("My conversations")), tuple(part for thread in (*led, *own) for part in _listed(thread, t))))


# What reaches people


async def compose_waiting(notice: ThreadWaiting, reader: Reader) -> View | None:
    """Tell a leader, if they still are one, that somebody has written. Not what: a message stays, a dialog does not."""
    thread = await reader.tx.threads.get(notice.thread)
    if thread is None or thread.closed or reader.person is None or not await _leads(reader.person, thread, reader.tx):
        return None
    t = reader.words
    unit = (await reader.tx.people.tree(thread.organisation)).units[thread.unit].name
    return View(
        t(N_("Somebody in {unit} has written to you"), unit=unit),
        (
            text(t(N_("They are waiting for an answer. You need not know who they are to give one."))),
            Buttons((Button(t(N_("Read and answer")), ReadThread(thread.id), Style.PRIMARY, asks=True),)),
        ),
    )


async def find_author(notice: ThreadAnswered, tx: Transaction) -> str | None:
    """Open the locked route, at the moment of sending and for nothing else."""
    return await tx.threads.author(notice.thread)


async def compose_answered(notice: ThreadAnswered, reader: Reader) -> View | None:
    """Tell the author that there is a reply."""
    thread = await reader.tx.threads.get(notice.thread)
    if thread is None or thread.closed:
        return None
    t = reader.words
    return View(
        t(N_("You have a reply")),
        (Buttons((Button(t(N_("Read it")), ReadThread(thread.id), Style.PRIMARY, asks=True),)),),
    )


# What it looks like


def _form(draft: str, t: Words) -> Form:
    options = tuple(Option(recipient, t(label)) for recipient, label in RECIPIENTS.items())
    return Form(
        t(N_("Speak up")),
        OpenThread,
        (
            Choice("recipient", t(N_("Who should read it?")), options, Recipient.LEADER),
            Paragraph(
                "body",
                t(N_("What do you want to say?")),
                hint=t(N_("Writing style can give you away; so can details that only you know.")),
                value=draft.strip()[: rules.LONGEST],
                longest=rules.LONGEST,
            ),
            Tick("named", t(N_("Show my name with it"))),
        ),
        submit=t(N_("Send it")),
        cancel=t(N_("Cancel")),
        body=(Note(t(PROMISE)),),
    )


def _reading(thread: Thread, side: Side, author: str, t: Words) -> Form:
    quotes = tuple(
        Quote(entry.body, f"{_speaker(entry, side, author, t)}, {t.day(entry.day)}") for entry in thread.entries
    )
    end = Buttons((Button(t(N_("Close this conversation")), CloseThread(thread.id), Style.DANGER),))
    return Form(
        t(N_("Conversation")),
        SayInThread,
        (Paragraph("body", t(N_("Your answer")), longest=rules.LONGEST),),
        submit=t(N_("Send it")),
        cancel=t(N_("Not now")),
        body=(*quotes, end, Note(t(N_("Answers are handed over at nine and at three.")))),
        fixed={"thread": thread.id},
    )


def _speaker(entry: Entry, reader: Side, author: str, t: Words) -> str:
    if entry.side is reader:
        return t(N_("You"))
    return t(N_("A leader")) if entry.side is Side.LEADER else author or t(N_("A colleague"))


def _sent(thread: Thread, readers: Collection[Person], tree: Tree, call: Call) -> View:
    t = call.words
    when = t.moment(next_batch(call.now, call.organisation.tz))
    unit = tree.units[thread.unit].name
    led = any(reader.role is Role.LEADER for reader in readers)
    reader = t(N_("the leader of {unit}"), unit=unit) if led else t(N_("the stewards"))
    return View(
        t(N_("It is on its way")),
        (
            text(
                t(N_("It is handed to {reader} on {when}, with whatever else has come in."), reader=reader, when=when)
            ),
            text(t(N_("You will be told here when there is a reply."))),
            Buttons((Button(t(N_("Read or close it")), ReadThread(thread.id), asks=True),)),
        ),
    )


def _said(thread: Thread, call: Call) -> View:
    t = call.words
    when = t.moment(next_batch(call.now, call.organisation.tz))
    again = Button(t(N_("Read or close it")), ReadThread(thread.id), asks=True)
    return View(
        t(N_("Your answer is kept")), (text(t(N_("It is handed over on {when}."), when=when)), Buttons((again,)))
    )


def _listed(thread: Thread, t: Words) -> Iterable[Element]:
    status = N_("waiting for the leader") if thread.waiting else N_("answered")
    yield text(t(N_("Opened on {day}: {status}"), day=t.day(thread.opened), status=t(status)))
    yield Buttons((Button(t(N_("Read and answer")), ReadThread(thread.id), asks=True),))


# How it is done


async def _unit_for(recipient: Recipient, tree: Tree, call: Call) -> str:
    """Whose leaders read it: those of the author's unit, one level up if it has fewer than five people or no leader."""
    if recipient is Recipient.STEWARD:
        return tree.root.id
    own = tree.up(call.person.unit)
    wanted = own[1] if recipient is Recipient.ABOVE and len(own) > 1 else own[0]
    large = tree.large_enough(wanted, await call.tx.people.heads(call.organisation.id))
    for unit in tree.up(large):
        if [p for p in await call.tx.people.leaders(call.organisation.id, unit) if p.id != call.person.id]:
            return unit
    return tree.root.id


async def _thread(thread_id: str, call: Call) -> tuple[Thread, Side]:
    """A conversation this person is in, and on which side."""
    thread = await call.tx.threads.get(thread_id)
    if thread is not None and thread.organisation == call.organisation.id:
        if await call.tx.threads.opened_by(thread.id, call.person.id):
            return thread.seen_by(Side.STAFF, call.now), Side.STAFF
        handed_over = thread.seen_by(Side.LEADER, call.now)
        if handed_over.entries and await _leads(call.person, thread, call.tx):
            return handed_over, Side.LEADER
    raise NotFound(NO_THREAD)


async def _leads(person: Person, thread: Thread, tx: Transaction) -> bool:
    """Whether this person is, now, one of those the conversation is addressed to."""
    return person.id in {reader.id for reader in await _readers(thread, tx)}


async def _readers(thread: Thread, tx: Transaction) -> tuple[Person, ...]:
    """The leaders of its unit, or the stewards: where it is meant for them, and where the unit has no leader."""
    if thread.recipient is not Recipient.STEWARD:
        leaders = await tx.people.leaders(thread.organisation, thread.unit)
        if leaders:
            return leaders
    return await tx.people.stewards(thread.organisation)


async def _led_by(call: Call) -> list[Thread]:
    """What has been handed over to this person by now."""
    person = call.person
    if person.role is Role.STAFF:
        return []
    tree = await call.tx.people.tree(person.organisation)
    threads = await call.tx.threads.of_units(person.organisation, {person.unit, tree.root.id})
    handed_over = [(t, t.seen_by(Side.LEADER, call.now)) for t in threads]
    return [seen for t, seen in handed_over if seen.entries and await _leads(person, t, call.tx)]


def _entry(side: Side, body: str, call: Call) -> Entry:
    handed_over = next_batch(call.now, call.organisation.tz)
    return Entry(new_id(), side, call.today, rules.accept_body(body), handed_over)


async def _author_name(thread: Thread, tx: Transaction) -> str:
    author = await tx.people.get(thread.author) if thread.author else None
    return author.name if author else ""


async def _tell(readers: Collection[Person], thread: Thread, entry: Entry, call: Call) -> None:
    """Queue the news for its readers, but for a leader or steward who has written to themselves among others."""
    when = When(next_batch(call.now, call.organisation.tz))
    for reader in readers:
        if reader.id == call.person.id:
            continue
        notice = ThreadWaiting(thread.id, entry.id)
        key = f"{notice.name()}:{entry.id}:{reader.id}"
        await call.tx.outbox.put(thread.organisation, notice, To(person=reader.id), when, key)


async def _tell_author(thread: Thread, entry: Entry, call: Call) -> None:
    notice = ThreadAnswered(thread.id, entry.id)
    when = When(next_batch(call.now, call.organisation.tz))
    await call.tx.outbox.put(thread.organisation, notice, To(), when, f"{notice.name()}:{entry.id}")
