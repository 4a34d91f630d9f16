"""Feedback threads: somebody speaks up, a leader answers, and neither has to know who the other one's colleague is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from bot.composing import Moment, Reader
from bot.core import Call
from bot.domain import threads as rules
from bot.domain.calendar import next_batch
from bot.domain.ids import ID_BYTES, new_id
from bot.domain.people import THREAD_UNIT_MIN, Person, Role, Tree, without
from bot.domain.threads import HEARING, RECIPIENTS, Entry, Hearing, Recipient, Side, Thread
from bot.entries import MyThreads, SpeakUp
from bot.errors import NotFound, Refusal
from bot.ports.outbox import Again, When
from bot.ports.outbox import Destination as To
from bot.ports.store import Transaction
from bot.views import (
    Ask,
    Button,
    Buttons,
    Choice,
    Done,
    Element,
    Form,
    Line,
    Note,
    Once,
    Option,
    Paragraph,
    Quote,
    Replace,
    Reply,
    Show,
    Strong,
    Style,
    View,
    text,
)
from bot.wire import Command, Flag, Notice
from bot.words import N_, Words

NO_THREAD = N_("That conversation is not there, or it is not yours.")
NOBODY_ELSE = N_("There is nobody else here it could be handed to. Nothing was sent.")
TICKET_GONE = N_("Please enter your code again: it was too long ago, or the conversation has been closed.")
HERE_PROMISE = N_(
    "Told here: this is confidential. While the conversation is open the system can find you to deliver a reply, so "
    "somebody who controls both the server and its keys could too. When it is closed, that stops for ever."
)
CODE_PROMISE = N_(
    "A code only: nothing that leads to you is kept, not even locked. Nobody tells you that there is a reply; you come "
    "back with the code, which is shown once. Who has the code can read and answer; a lost one cannot be replaced. "
    "Somebody who controls the running system could watch you write or come back, but not find you afterwards."
)
NAMED_PROMISE = N_("With your name: those who read it see who you are.")
TAKEN_BACK = N_("(taken back by its author)")
LEFT_OUT = N_(
    "What you typed after the command was left out, because it stands in the chat under your name. Delete it there if "
    "you can, and write it here instead."
)
WAITING = (
    N_("Somebody in {unit} has written to you"),
    N_("They are waiting for an answer. You need not know who they are to give one."),
)
WAITING_STILL = (
    N_("A conversation in {unit} still waits for an answer"),
    N_("You may have been told of it before: we could not tell. Nobody has answered it yet."),
)
TOLD_BEFORE = N_("You may have been told of it before: we could not tell. Nothing has been added since.")
SILENCE = N_("A conversation in which nobody writes for {days} days is closed.")


@dataclass(frozen=True, slots=True)
class OpenThread(Command):
    """Open a conversation."""

    body: str
    recipient: Recipient = Recipient.LEADER
    hear: Hearing = Hearing.HERE


@dataclass(frozen=True, slots=True)
class ReadThread(Command):
    """Read a conversation, and perhaps answer."""

    thread: str


@dataclass(frozen=True, slots=True)
class EnterCode(Command):
    """I have a code."""


@dataclass(frozen=True, slots=True)
class UseCode(Command):
    """Here it is."""

    code: str


@dataclass(frozen=True, slots=True)
class SayInThread(Command):
    """Say something more in a conversation. `thread` is what this side of it calls it by: see `Seat`."""

    thread: str
    body: str


@dataclass(frozen=True, slots=True)
class CloseThread(Command):
    """End a conversation, and destroy the way back to its author. `thread` is what this side of it calls it by."""

    thread: str


@dataclass(frozen=True, slots=True)
class PutAway(Command):
    """I have read it."""


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


@dataclass(frozen=True, slots=True)
class Seat:
    """A conversation as one side of it sees it, and what they call it by.

    Its readers call it by its id. What an unnamed author is given stays in the chat, so they call it by a handle that
    leads nowhere once it is closed. An author with a code calls it by a ticket; of such a one nothing at all may be
    left in the chat, so all that they are answered is a form.
    """

    thread: Thread
    side: Side
    name: str

    @property
    def ticketed(self) -> bool:
        """Whether it is held with a ticket."""
        return _is_ticket(self.name)


# What people ask


async def speak_up(command: SpeakUp, call: Call) -> Reply:
    """The form. What was typed after the command is put into it; it has been sent to nobody.

    Words that stand in a chat under a name are not: the form would promise that nobody can tell whose they are.
    """
    form = _form("" if command.shown is Flag.YES else command.text, call.words)
    left_out = command.shown is Flag.YES and command.text.strip()
    return Ask(replace(form, body=(text(call.words(LEFT_OUT)), *form.body)) if left_out else form)


async def open_thread(command: OpenThread, call: Call) -> Reply:
    """Start a conversation with the leaders of a unit whose people are enough to hide its author, or the stewards."""
    tree = await call.tx.people.tree(call.organisation.id)
    unit, recipient = await _addressed(command, tree, call)
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
    readers = await _readers(thread, call.tx)
    if not _others(readers, call.person):
        raise Refusal(NOBODY_ELSE)
    call.tx.threads.spend(call.person.id, call.today)
    code = rules.new_code() if command.hear is Hearing.CODE else ""
    await call.tx.threads.open(thread, call.person.id, code)
    await _tell(readers, thread, entry, call)
    if code:
        return Ask(_receipt(code, call))
    return Show(_sent(await call.tx.threads.handle_of(thread), readers, tree.units[unit].name, call))


async def enter_code(_command: EnterCode, call: Call) -> Reply:
    """The form for a code."""
    t = call.words
    field = Line("code", t(N_("Your code")), hint=t(N_("16 digits, with or without spaces")), longest=40)
    return Ask(Form(t(N_("I have a code")), UseCode, (field,), t(N_("Open it")), t(N_("Cancel"))))


async def use_code(command: UseCode, call: Call) -> Reply:
    """The conversation that a code leads to. A wrong code and that of a closed one are answered alike."""
    code = rules.accept_code(command.code)
    ticket = await call.tx.threads.enter(call.organisation.id, code, call.person.id, call.now)
    if ticket is None:
        raise Refusal(rules.UNKNOWN_CODE, field="code")
    return Ask(await _reading(await _seat(ticket, call), "", call))


async def put_away(_command: PutAway, _call: Call) -> Reply:
    """What was to be read has been read; nothing of it stays."""
    return Done()


async def read(command: ReadThread, call: Call) -> Reply:
    """The whole conversation with a field for an answer; a closed one can still be read by its leaders."""
    seat = await _seat(command.thread, call)
    name = await _author_name(seat.thread, call.tx)
    return Ask(_finished(seat, name, call.words) if seat.thread.closed else await _reading(seat, name, call))


async def say(command: SayInThread, call: Call) -> Reply:
    """Add to a conversation. The other side is told at the next batch, so that the moment of writing is lost."""
    seat = await _seat(command.thread, call)
    thread = seat.thread
    rules.require_open(thread)
    entry = _entry(seat.side, command.body, call)
    call.tx.threads.spend(call.person.id, call.today)
    await call.tx.threads.add_entry(thread.id, entry)
    if seat.side is Side.STAFF:
        await _tell(await _readers(thread, call.tx), thread, entry, call)
    elif not thread.coded:
        await _tell_author(thread, entry, call)
    if not seat.ticketed:
        return Replace(_said(seat.name, call))
    return Ask(await _reading(replace(seat, thread=replace(thread, entries=(*thread.entries, entry))), "", call))


async def close(command: CloseThread, call: Call) -> Reply:
    """Either side may end it; then nobody can find the author any more. A leader's answer must reach them first."""
    seat = await _seat(command.thread, call)
    t = call.words
    wait = rules.open_until(seat.thread)
    if seat.side is Side.LEADER and wait is not None and wait[0] > call.now:
        raise Refusal(wait[1], values={"when": t.moment(wait[0])})
    await call.tx.threads.close(seat.thread.id)
    title, destroyed = (
        t(N_("The conversation is closed")),
        text(t(N_("The way back to its author has been destroyed."))),
    )
    return Ask(_last_words(title, (destroyed,), t)) if seat.ticketed else Replace(View(title, (destroyed,)))


async def mine(_command: MyThreads, call: Call) -> Reply:
    """Conversations of this person, and for a leader or a steward those they are to answer, waiting ones first.

    One without a name that its author is to answer too stands there twice, so that nobody's list lacks it.
    """
    own = [
        t.seen_by(Side.STAFF, call.now) for t in await call.tx.threads.by_author(call.organisation.id, call.person.id)
    ]
    led = [t for t in await _led_by(call) if not t.closed and t.author != call.person.id]
    led.sort(key=lambda thread: (not thread.waiting, thread.opened))
    named = [*((thread, thread.id) for thread in led), *[(t, await call.tx.threads.handle_of(t)) for t in own]]
    t = call.words
    none = () if named else (text(t(N_("There are none. Start one with /speakup."))),)
    listed = (part for thread, name in named for part in _listed(thread, name, t))
    return Show(View(t(N_("My conversations")), (*none, *listed, _have_a_code(t))))


# What reaches people


async def compose_waiting(notice: ThreadWaiting, reader: Reader) -> View | None:
    """Tell a leader, if they still are one, that somebody has written. Not what: a message stays, a dialog does not."""
    thread = await reader.tx.threads.get(notice.thread)
    if thread is None or thread.closed or reader.person is None or not await _leads(reader.person, thread, reader.tx):
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
    return Again(replace(notice, telling=notice.telling + 1), When(next_batch(at.now, at.organisation.tz)))


async def answer_again(notice: ThreadAnswered, at: Moment) -> Again | None:
    """An author who may not have been told is told on another day, unless one of the two has said more by then."""
    thread = await at.tx.threads.get(notice.thread)
    entries = {entry.id: entry for entry in thread.entries} if thread else {}
    if notice.telling >= rules.TELLINGS or notice.entry not in entries:
        return None
    when = rules.told_again(entries[notice.entry], at.now, at.organisation.tz)
    return Again(replace(notice, telling=notice.telling + 1), When(when))


# What it looks like


def _form(draft: str, t: Words) -> Form:
    readers = tuple(Option(recipient, t(label)) for recipient, label in RECIPIENTS.items())
    ways = tuple(Option(way, t(label)) for way, label in HEARING.items())
    notes = (t(HERE_PROMISE), t(CODE_PROMISE), t(NAMED_PROMISE), t(SILENCE, days=rules.SILENT.days))
    return Form(
        t(N_("Speak up")),
        OpenThread,
        (
            Choice("recipient", t(N_("Who should read it?")), readers, Recipient.LEADER),
            Paragraph(
                "body",
                t(N_("What do you want to say?")),
                hint=t(N_("Writing style can give you away; so can details that only you know.")),
                value=draft.strip(),
                longest=rules.LONGEST,
            ),
            Choice("hear", t(N_("How do you want to hear of a reply?")), ways, Hearing.HERE),
        ),
        submit=t(N_("Send it")),
        cancel=t(N_("Cancel")),
        body=(_have_a_code(t), *map(Note, notes)),
    )


def _have_a_code(t: Words) -> Buttons:
    return Buttons((Button(t(N_("I have a code")), EnterCode(), asks=True),))


def _receipt(code: str, call: Call) -> Form:
    """The code, shown this once."""
    t = call.words
    when = t.moment(next_batch(call.now, call.organisation.tz))
    body = (
        text(t(N_("It is handed over on {when}, with whatever else has come in."), when=when)),
        text(t(N_("This is your code. Write it down now: it is shown this once, and stored nowhere."))),
        Once(rules.spelled(code)),
        text(t(N_("To read the reply, come back with /speakup and choose")), " ", Strong(t(N_("I have a code")))),
    )
    return Form(t(N_("Your code")), PutAway, (), t(N_("I wrote it down")), t(N_("Close")), body)


async def _reading(seat: Seat, author: str, call: Call) -> Form:
    t = call.words
    end = Buttons((Button(t(N_("Close this conversation")), CloseThread(seat.name), Style.DANGER),))
    notes = [t(N_("Answers are handed over at nine and at three."))]
    if seat.thread.coded:
        notes.append(t(N_("Its author comes back with a code, and is not told that there is a reply.")))
    return Form(
        t(N_("Conversation")),
        SayInThread,
        (Paragraph("body", t(N_("Your answer")), longest=rules.LONGEST),),
        submit=t(N_("Send it")),
        cancel=t(N_("Not now")),
        body=(*_quotes(seat, author, t), end, *map(Note, notes)),
        fixed={"thread": seat.name},
        draft=await call.tx.threads.draft_name(seat.thread) if seat.ticketed else "",
    )


def _finished(seat: Seat, author: str, t: Words) -> Form:
    return _last_words(t(N_("Conversation")), (*_quotes(seat, author, t), text(t(rules.CLOSED))), t)


def _last_words(title: str, body: tuple[Element, ...], t: Words) -> Form:
    """Something to read in a place of its own, with nothing to fill in."""
    return Form(title, PutAway, (), t(N_("Done")), t(N_("Close")), body)


def _quotes(seat: Seat, author: str, t: Words) -> tuple[Quote, ...]:
    said = ((e.body, _speaker(e, seat.side, author, t), t.day(e.day)) for e in seat.thread.entries)
    return tuple(Quote(body or t(TAKEN_BACK), f"{speaker}, {day}") for body, speaker, day in said)


def _speaker(entry: Entry, reader: Side, author: str, t: Words) -> str:
    if entry.side is reader:
        return t(N_("You"))
    return t(N_("A leader")) if entry.side is Side.LEADER else author or t(N_("A colleague"))


def _sent(name: str, readers: Collection[Person], unit: str, call: Call) -> View:
    t = call.words
    when = t.moment(next_batch(call.now, call.organisation.tz))
    led = any(reader.role is Role.LEADER for reader in readers)
    reader = t(N_("the leader of {unit}"), unit=unit) if led else t(N_("the stewards"))
    return View(
        t(N_("It is on its way")),
        (
            text(
                t(N_("It is handed to {reader} on {when}, with whatever else has come in."), reader=reader, when=when)
            ),
            text(t(N_("You will be told here when there is a reply."))),
            Buttons((Button(t(N_("Read or close it")), ReadThread(name), asks=True),)),
        ),
    )


def _said(name: str, call: Call) -> View:
    t = call.words
    when = t.moment(next_batch(call.now, call.organisation.tz))
    again = Button(t(N_("Read or close it")), ReadThread(name), asks=True)
    return View(
        t(N_("Your answer is kept")), (text(t(N_("It is handed over on {when}."), when=when)), Buttons((again,)))
    )


def _listed(thread: Thread, name: str, t: Words) -> Iterable[Element]:
    status = N_("waiting for the leader") if thread.waiting else N_("answered")
    yield text(t(N_("Opened on {day}: {status}"), day=t.day(thread.opened), status=t(status)))
    yield Buttons((Button(t(N_("Read and answer")), ReadThread(name), asks=True),))


# How it is done


async def _addressed(command: OpenThread, tree: Tree, call: Call) -> tuple[str, Recipient]:
    """Who reads it: the leaders of the nearest unit whose words may come from enough people, or else the stewards.

    What is kept says that and not what was chosen: of two ways to one reader, the rarer would tell more. Anybody can
    write to the stewards; they know that it was not themselves, so they hide nobody.
    """
    people, organisation, root = call.tx.people, call.organisation.id, tree.root.id
    heads = without(await people.stewards(organisation), await people.possible_writers(organisation))
    hidden = command.hear is not Hearing.NAMED
    if hidden and sum(heads.values()) < THREAD_UNIT_MIN:
        raise Refusal(rules.TOO_FEW, field="hear")
    if command.recipient is Recipient.STEWARD:
        return root, Recipient.STEWARD
    above = command.recipient is Recipient.ABOVE
    shelters = tree.shelters(tree.one_up(heads) if above else heads, await people.units_with_leader(organisation))
    for unit in _upwards(tree, call.person, above=above):
        enough = not hidden or shelters[unit] >= THREAD_UNIT_MIN
        if enough and _others(await people.leaders(organisation, unit), call.person):
            return unit, Recipient.LEADER
    topmost = await people.leaders(organisation, root)
    if _others(topmost, call.person):
        raise Refusal(rules.TOO_THIN, field="recipient")
    return root, Recipient.LEADER if topmost else Recipient.STEWARD


def _others(people: Collection[Person], person: Person) -> bool:
    """Whether somebody else is among them."""
    return any(each.id != person.id for each in people)


def _upwards(tree: Tree, person: Person, *, above: bool) -> tuple[str, ...]:
    """The units whose leaders may read it, nearest first."""
    own = tree.up(person.unit)
    return own[1:] if above and len(own) > 1 else own


async def _seat(name: str, call: Call) -> Seat:
    """The place of this person in a conversation, by what they call it.

    By its id, an unnamed author who is one of its readers is a reader: whatever they are answered in the chat looks
    like what the others are answered. Nobody else's messages lead them to its id but those of former versions.
    """
    threads, organisation, person = call.tx.threads, call.organisation.id, call.person.id
    ticketed = await threads.by_ticket(organisation, name, person, call.now)
    thread = await threads.get(ticketed or name)
    handled = None if thread else await threads.by_handle(organisation, name, person)
    if handled:
        thread = await threads.get(handled)
    if thread is not None and thread.organisation == organisation:
        own = thread.seen_by(Side.STAFF, call.now)
        if ticketed or handled or thread.author == person:
            return Seat(own, Side.STAFF, name)
        handed_over = thread.seen_by(Side.LEADER, call.now)
        if handed_over.entries and await _leads(call.person, thread, call.tx):
            return Seat(handed_over, Side.LEADER, name)
        if await threads.opened_by(thread.id, person):
            return Seat(own, Side.STAFF, await threads.handle_of(thread))
    raise NotFound(TICKET_GONE if _is_ticket(name) else NO_THREAD)


def _is_ticket(name: str) -> bool:
    """A ticket is longer than an id or a handle."""
    return len(name) > 2 * ID_BYTES


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
    units = {person.unit, tree.root.id}
    if person.role is Role.STEWARD:
        units |= tree.units.keys() - await call.tx.people.units_with_leader(person.organisation)
    threads = await call.tx.threads.of_units(person.organisation, units)
    handed_over = [(t, t.seen_by(Side.LEADER, call.now)) for t in threads]
    return [seen for t, seen in handed_over if seen.entries and await _leads(person, t, call.tx)]


def _entry(side: Side, body: str, call: Call) -> Entry:
    handed_over = next_batch(call.now, call.organisation.tz)
    return Entry(new_id(), side, call.today, rules.accept_body(body), handed_over)


async def _author_name(thread: Thread, tx: Transaction) -> str:
    author = await tx.people.get(thread.author) if thread.author else None
    return author.name if author else ""


async def _tell(readers: Collection[Person], thread: Thread, entry: Entry, call: Call) -> None:
    """Queue the news for its readers, with an unnamed author among them: whoever is left out would be known."""
    when = When(next_batch(call.now, call.organisation.tz))
    for reader in readers:
        if reader.id == thread.author:
            continue
        notice = ThreadWaiting(thread.id, entry.id)
        key = f"{notice.name()}:{entry.id}:{reader.id}"
        await call.tx.outbox.queue(thread.organisation, notice, To(person=reader.id), when, key)


async def _tell_author(thread: Thread, entry: Entry, call: Call) -> None:
    notice = ThreadAnswered(thread.id, entry.id)
    when = When(next_batch(call.now, call.organisation.tz))
    await call.tx.outbox.queue(thread.organisation, notice, To(thread=thread.id), when, f"{notice.name()}:{entry.id}")
