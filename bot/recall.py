"""What was answered a moment ago, so that a message that comes twice is answered twice and done once."""

from __future__ import annotations

import hashlib
import pickle  # What we have sealed ourselves, and nothing else.
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from nacl.secret import SecretBox

from bot.domain.people import Identity
from bot.ports.clock import Clock
from bot.views import Reply

LIFE = timedelta(minutes=10)
"""Long enough for a platform, or a person, to try again; what is shown once should not stay for long."""
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Recalled:
    """A sealed reply, and until when it may be given again."""

    sealed: bytes = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """Replies of the last minutes, in this process's memory and nowhere else.

    Each is sealed under who asked and the envelope that it answers, and kept under another hash of the two. Only that
    very envelope from that account opens it, and it is kept nowhere: whoever reads this memory, or has the database,
    finds noise.
    """

    clock: Clock
    _replies: OrderedDict[bytes, Recalled] = field(default_factory=OrderedDict, repr=False)

    def keep(self, identity: Identity, envelope: str, reply: Reply) -> None:
        """Remember what an envelope was answered."""
        self._forget()
        name, key = _name_and_key(identity, envelope)
        self._replies[name] = Recalled(SecretBox(key).encrypt(pickle.dumps(reply)), self.clock() + LIFE)
        self._replies.move_to_end(name)

    def drop(self, identity: Identity, envelope: str) -> None:
        """Forget what an envelope was to be answered: it was not done after all."""
        self._replies.pop(_name_and_key(identity, envelope)[0], None)

    def find(self, identity: Identity, envelope: str) -> Reply | None:
        """What this envelope was answered, if it is not too long ago."""
        self._forget()
        name, key = _name_and_key(identity, envelope)
        found = self._replies.get(name)
        # Only what was sealed here comes out of the box.
        return cast("Reply", pickle.loads(SecretBox(key).decrypt(found.sealed))) if found else None  # noqa: S301

    def _forget(self) -> None:
        now = self.clock()
        while self._replies:
            oldest = next(iter(self._replies.values()))
            if oldest.until > now and len(self._replies) < MOST:
                return
            self._replies.popitem(last=False)


def _name_and_key(identity: Identity, envelope: str) -> tuple[bytes, bytes]:
    """What a reply is kept under, and what opens it: neither leads to the other."""
    asked = f"{identity.platform}\n{identity.workspace}\n{identity.user}\n{envelope}".encode()
    return hashlib.blake2b(asked, person=b"name").digest(), hashlib.blake2b(
        asked, digest_size=32, person=b"key"
    ).digest()
