"""What was answered a moment ago, so that a message that comes twice is answered twice and done once."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.people import Identity
from bot.ports import Clock
from bot.views import Reply

LIFE = timedelta(minutes=10)
"""Long enough for a platform, or a person, to try again; what is shown once should not stay for long."""
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Recalled:
    """A reply, and until when it may be given again."""

    reply: Reply
    until: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """Replies of the last minutes, in this process's memory and nowhere else.

    They are kept under a keyed hash of who asked and in which envelope: only whoever sent the first one gets its
    reply again, and nothing in here names anybody.
    """

    clock: Clock
    _replies: OrderedDict[bytes, Recalled] = field(default_factory=OrderedDict, repr=False)
    _key: bytes = field(default_factory=lambda: os.urandom(32), repr=False)

    def keep(self, identity: Identity, envelope: str, reply: Reply) -> None:
        """Remember what an envelope was answered."""
        self._forget()
        self._replies[self._name(identity, envelope)] = Recalled(reply, self.clock() + LIFE)

    def find(self, identity: Identity, envelope: str) -> Reply | None:
        """What this envelope was answered, if it is not too long ago."""
        self._forget()
        found = self._replies.get(self._name(identity, envelope))
        return found.reply if found else None

    def _forget(self) -> None:
        now = self.clock()
        while self._replies:
            oldest = next(iter(self._replies.values()))
            if oldest.until > now and len(self._replies) < MOST:
                return
            self._replies.popitem(last=False)

    def _name(self, identity: Identity, envelope: str) -> bytes:
        named = f"{identity.platform}\n{identity.workspace}\n{identity.user}\n{envelope}"
        return hashlib.blake2b(named.encode(), key=self._key).digest()
