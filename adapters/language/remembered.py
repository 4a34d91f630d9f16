"""Reports that were made a moment ago: every channel's digest of one week starts from the same comments."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from adapters.language.engine import ThemeEngine
from bot.domain.themes import Comment, ThemeReport

KEPT = 4
Asked = tuple[tuple[Comment, ...], tuple[str, ...], str]


@dataclass(slots=True)
class RememberedThemes:
    """A reader of themes with a thread of its own, which does not read the same twice."""

    engine: ThemeEngine
    _reports: OrderedDict[Asked, ThemeReport] = field(default_factory=OrderedDict, repr=False)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "themes"), repr=False)

    async def find(self, comments: Sequence[Comment], history: Sequence[str] = (), language: str = "en") -> ThemeReport:
        """The themes of these comments. Who asks for the same meanwhile gets the same report."""
        asked = (tuple(comments), tuple(history), language)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._find, asked)

    async def redact(self, texts: Sequence[str], names: frozenset[str]) -> tuple[str, ...]:
        """The texts without what could name somebody. A long roster takes a second to learn; nobody waits for that."""
        return await asyncio.to_thread(lambda: tuple(self.engine.redact(text, names) for text in texts))

    def _find(self, asked: Asked) -> ThemeReport:
        report = self._reports.pop(asked, None) or self.engine.find(*asked)
        self._reports[asked] = report
        while len(self._reports) > KEPT:
            self._reports.popitem(last=False)
        return report
