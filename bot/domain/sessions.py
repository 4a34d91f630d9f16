"""Getting into the pages: one-time codes, and the half hour that one of them opens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import new_id
from bot.domain.keeping import Keeping
from bot.domain.people import Identity, Person, Platform, Role
from bot.words import N_

CODE_BYTES = 24
CODE_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(minutes=30)
ENTER = "/enter"
CODES = Keeping(N_("A one-time code"), N_("until it is used or its time has passed"))


class Purpose(StrEnum):
    """How a code came to its person: asked for in chat, or handed out as a link to somebody without a chat seat."""

    CHAT = "chat"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Pass:
    """What a one-time code is good for: letting one person of one organisation in, until a moment."""

    organisation: str
    person: str
    purpose: Purpose
    until: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is in: who they were and what they might do when they came, and when it ends."""

    id: str
    organisation: str
    person: str
    role: Role
    until: datetime

    def admits(self, person: Person, now: datetime) -> bool:
        """Whether it still holds: in time, and for a person whose role and organisation are what they were."""
        then = (self.organisation, self.person, self.role)
        return now < self.until and then == (person.organisation, person.id, person.role)


def fresh_code() -> str:
    """A code that nobody can guess: 192 random bits."""
    return secrets.token_urlsafe(CODE_BYTES)


def given(typed: str) -> str:
    """The code in what somebody pasted: the code itself, or the whole link that it ends."""
    return typed.strip().rpartition("#")[2]


def code_hash(code: str) -> str:
    """What is kept of a code. It is random enough for a plain hash, and no other kind of code has the same one."""
    return hashlib.sha256(f"enter {code}".encode()).hexdigest()


def pass_for(person: Person, purpose: Purpose, until: datetime) -> Pass:
    """What lets this person in."""
    return Pass(person.organisation, person.id, purpose, until)


def begin(person: Person, now: datetime) -> Session:
    """The half hour that a code opens."""
    return Session(new_id(), person.organisation, person.id, person.role, now + SESSION_LASTS)


def account_of(organisation: str, person: str) -> Identity:
    """The account under which somebody acts on the pages. No platform could claim it: its workspace is ours."""
    return Identity(Platform.WEB, organisation, person)


def link(pages: str, code: str) -> str:
    """The address that lets its reader in. What follows the `#` never leaves the browser by itself."""
    return f"{pages}{ENTER}#{code}"
