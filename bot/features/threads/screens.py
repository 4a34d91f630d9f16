"""What conversations look like."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from bot.domain import threads as rules
from bot.domain.people import Person, Role
from bot.domain.threads import HEARING, RECIPIENTS, Entry, Hearing, Recipient, Seat, Side, Thread
from bot.features.threads.commands import CloseThread, EnterCode, OpenThread, PutAway, ReadThread, SayInThread, UseCode
from bot.views import (
    Button,
    Buttons,
    Choice,
    Element,
    Form,
    Line,
    Note,
    Once,
    Option,
    Paragraph,
    Quote,
    Strong,
    Style,
    View,
    text,
)
from bot.words import N_, NC_, Words

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
SILENCE = N_("A conversation in which nobody writes for {days} days is closed.")


def speak_up_form(draft: str, t: Words) -> Form:
    """What opens a conversation, with what we promise and what we do not."""
    readers = tuple(Option(recipient, t(label)) for recipient, label in RECIPIENTS.items())
    ways = tuple(Option(way, t(label)) for way, label in HEARING.items())
    notes = (t(HERE_PROMISE), t(CODE_PROMISE), t(NAMED_PROMISE), t(SILENCE, days=rules.SILENT.days))
    return Form(
        t(N_("Speak up")),
        OpenThread,
        (
            Choice("recipient", t(NC_("conversation", "Who should read it?")), readers, Recipient.LEADER),
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
        body=(have_a_code(t), *map(Note, notes)),
    )


def have_a_code(t: Words) -> Buttons:
    """The way back for whoever has a code."""
    return Buttons((Button(t(N_("I have a code")), EnterCode(), asks=True),))


def code_form(t: Words) -> Form:
    """Where a code is typed."""
    field = Line("code", t(N_("Your code")), hint=t(N_("16 digits, with or without spaces")), longest=40)
    return Form(t(N_("I have a code")), UseCode, (field,), t(NC_("conversation", "Open it")), t(N_("Cancel")))


def mine_view(named: Iterable[tuple[Thread, str]], t: Words) -> View:
    """All conversations that somebody is in, each with what they call it by."""
    parts = tuple(part for thread, name in named for part in listed(thread, name, t))
    none = text(t(N_("There are none. Start one with /speakup.")))
    return View(t(N_("My conversations")), (*(parts or (none,)), have_a_code(t)))


def receipt(code: str, when: str, t: Words) -> Form:
    """The code, shown this once, and when what was written is handed over."""
    body = (
        text(t(N_("It is handed over on {when}, with whatever else has come in."), when=when)),
        text(t(N_("This is your code. Write it down now: it is shown this once, and stored nowhere."))),
        Once(rules.spelled(code)),
        text(t(N_("To read the reply, come back with /speakup and choose")), " ", Strong(t(N_("I have a code")))),
    )
    return Form(t(N_("Your code")), PutAway, (), t(N_("I wrote it down")), t(NC_("button", "Close")), body)


def reading_form(seat: Seat, author: str, draft: str, t: Words) -> Form:
    """A conversation with a field for an answer. `draft` is a name for what is written in it, if it has one."""
    end = Buttons((Button(t(N_("Close this conversation")), CloseThread(seat.name), Style.DANGER),))
    notes = [t(N_("Answers are handed over at nine and at three."))]
    if seat.thread.coded:
        notes.append(t(N_("Its author comes back with a code, and is not told that there is a reply.")))
    return Form(
        t(N_("Conversation")),
        SayInThread,
        (Paragraph("body", t(N_("Your answer")), longest=rules.LONGEST),),
        submit=t(N_("Send it")),
        cancel=t(NC_("button", "Not now")),
        body=(*_quotes(seat, author, t), end, *map(Note, notes)),
        fixed={"thread": seat.name},
        draft=draft,
    )


def finished_form(seat: Seat, author: str, t: Words) -> Form:
    """A closed conversation, to be read."""
    return last_words(t(N_("Conversation")), (*_quotes(seat, author, t), text(t(rules.CLOSED))), t)


def last_words(title: str, body: tuple[Element, ...], t: Words) -> Form:
    """Something to read in a place of its own, with nothing to fill in."""
    return Form(title, PutAway, (), t(NC_("button", "Done")), t(NC_("button", "Close")), body)


def _quotes(seat: Seat, author: str, t: Words) -> tuple[Quote, ...]:
    said = ((e.body, _speaker(e, seat.side, author, t), t.day(e.day)) for e in seat.thread.entries)
    return tuple(Quote(body or t(TAKEN_BACK), f"{speaker}, {day}") for body, speaker, day in said)


def _speaker(entry: Entry, reader: Side, author: str, t: Words) -> str:
    if entry.side is reader:
        return t(N_("You"))
    return t(N_("A leader")) if entry.side is Side.LEADER else author or t(N_("A colleague"))


def sent_view(name: str, readers: Collection[Person], unit: str, when: str, t: Words) -> View:
    """What its author is told: who gets it, and when."""
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


def said_view(name: str, when: str, t: Words) -> View:
    """What who has added to a conversation is told."""
    again = Button(t(N_("Read or close it")), ReadThread(name), asks=True)
    return View(
        t(N_("Your answer is kept")), (text(t(N_("It is handed over on {when}."), when=when)), Buttons((again,)))
    )


def listed(thread: Thread, name: str, t: Words) -> Iterable[Element]:
    """One conversation in a list of them."""
    status = N_("waiting for the leader") if thread.waiting else NC_("conversation", "answered")
    yield text(t(N_("Opened on {day}: {status}"), day=t.day(thread.opened), status=t(status)))
    yield Buttons((Button(t(N_("Read and answer")), ReadThread(name), asks=True),))
