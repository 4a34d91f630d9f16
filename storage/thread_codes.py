"""Codes that lead to a conversation and to nobody.

Of a code only a slow hash is kept, made with a secret of the organisation, so that it can be looked up and, without the
key store, not even be tried. Who comes back with one gets a ticket: it is good for one person, one conversation and
half an hour, it is kept nowhere, and it travels with an open form in place of the code.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from bot.domain.ids import ID_BYTES
from bot.domain.threads import TOO_MANY_CODES
from bot.errors import Refusal
from storage.codes import shared_secret
from storage.keys import KeyStore

HASH_BYTES = 32
MEMORY, PASSES = 64 * 1024 * 1024, 4
AT_ONCE = 2
WRONG_CODES, WRONG_FOR = 5, timedelta(minutes=10)
TICKET_FOR = timedelta(minutes=30)


@dataclass(slots=True)
class ThreadCodes:
    """Hashes codes, a few at once, and remembers who has tried wrong ones: in this process only, and not for long."""

    keys: KeyStore
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _tried: dict[str, list[datetime]] = field(default_factory=dict)

    async def hashed(self, organisation: str, code: str) -> bytes:
        """What is kept of a code."""
        salt = await self._secret(organisation, b"salt")
        async with self._room:
            return await asyncio.to_thread(_slowly, code, salt)

    def spend(self, person: str, now: datetime) -> None:
        """Count a try before it is made, so that many at once count too. Refuses where there were too many."""
        self._tried = {who: fresh for who, times in self._tried.items() if (fresh := _lately(times, now))}
        if len(self._tried.get(person, ())) >= WRONG_CODES:
            raise Refusal(TOO_MANY_CODES, field="code")
        self._tried.setdefault(person, []).append(now)

    def forgive(self, person: str, now: datetime) -> None:
        """The try that was counted was a good one."""
        with suppress(KeyError, ValueError):
            self._tried[person].remove(now)

    async def ticket(self, organisation: str, thread: str, person: str, now: datetime) -> str:
        """What an author shows in place of the code while they read and answer."""
        until = int((now + TICKET_FOR).timestamp())
        box = SecretBox(await self._secret(organisation, b"ticket"))
        return urlsafe_b64encode(box.encrypt(f"{thread} {person} {until}".encode())).decode()

    async def admitted(self, organisation: str, ticket: str, person: str, now: datetime) -> str | None:
        """The conversation that this person's ticket is for, while it is valid. A mere id is shorter: no ticket."""
        if len(ticket) <= 2 * ID_BYTES:
            return None
        box = SecretBox(await self._secret(organisation, b"ticket"))
        try:
            thread, holder, until = box.decrypt(urlsafe_b64decode(ticket.encode())).decode().split(" ")
        except (CryptoError, ValueError):
            return None
        return thread if holder == person and now.timestamp() < int(until) else None

    async def draft(self, organisation: str, thread: str) -> str:
        """A name for what is written in a conversation, whatever the ticket. Without the key store it names nothing."""
        return hmac.digest(await self._secret(organisation, b"draft"), thread.encode(), hashlib.sha256).hex()

    async def _secret(self, organisation: str, use: bytes) -> bytes:
        return hmac.digest(await shared_secret(self.keys, f"receipts-{organisation}"), use, hashlib.sha256)


def _slowly(code: str, salt: bytes) -> bytes:
    """Argon2id, at a price that makes trying codes hopeless."""
    return argon2id.kdf(HASH_BYTES, code.encode(), salt[: argon2id.SALTBYTES], opslimit=PASSES, memlimit=MEMORY)


def _lately(times: list[datetime], now: datetime) -> list[datetime]:
    return [at for at in times if now - at < WRONG_FOR]
