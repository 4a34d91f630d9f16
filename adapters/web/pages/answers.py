"""What a form was answered, for a second press on its button: it may hold a code that nothing can show again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakValueDictionary

from aiohttp import web

from adapters.web.pages.sealed import Seal
from bot.ports import Clock

LASTS = timedelta(minutes=10)
MOST = 200


@dataclass(slots=True)
class Answers:
    """Pages, each sealed under the very form that it answers, in the memory of this process and for ten minutes.

    That form is in one browser and nowhere else: nobody who reads this memory can open what is in it.
    """

    clock: Clock
    _kept: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def turn(self, envelope: str) -> asyncio.Lock:
        """One after the other, so that a second press waits for the answer of the first."""
        return self._turns.setdefault(_name(envelope), asyncio.Lock())

    def keep(self, envelope: str, page: web.Response) -> None:
        """Remember an answer."""
        now = self.clock()
        fresh = {name: kept for name, kept in self._kept.items() if kept[0] > now}
        for name in list(fresh)[: max(0, len(fresh) - MOST + 1)]:
            del fresh[name]
        sealed = _seal(envelope).close({"page": page.text, "status": page.status})
        self._kept = {**fresh, _name(envelope): (now + LASTS, sealed)}

    def again(self, envelope: str) -> web.Response | None:
        """The answer that was given already."""
        until, sealed = self._kept.get(_name(envelope), (self.clock(), ""))
        opened = _seal(envelope).open(sealed) if until > self.clock() else {}
        if not opened:
            return None
        return web.Response(text=opened["page"], status=opened["status"], content_type="text/html")


def _name(envelope: str) -> str:
    return sha256(f"name {envelope}".encode()).hexdigest()


def _seal(envelope: str) -> Seal:
    """Not under what the database calls the form: that must open nothing."""
    return Seal.of(sha256(f"seal {envelope}".encode()).digest(), "answer")
