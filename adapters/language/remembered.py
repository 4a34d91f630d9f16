"""Reports that were made a moment ago: every channel's digest of one week starts from the same comments."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from bot.domain.themes import Comment, ThemeReport
from bot.ports import Themes

KEPT = 4
Asked = tuple[tuple[Comment, ...], tuple[str, ...], str]


@dataclass(slots=True)
class RememberedThemes:
    """A reader of themes that does not read the same twice. Called from threads: one reads while the others wait."""

    themes: Themes
    _reports: OrderedDict[Asked, ThemeReport] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def find(self, comments: Sequence[Comment], history: Sequence[str] = (), language: str = "en") -> ThemeReport:
        """The themes of these comments."""
        asked = (tuple(comments), tuple(history), language)
        with self._lock:
            report = self._reports.pop(asked, None) or self.themes.find(comments, history, language)
            self._reports[asked] = report
            while len(self._reports) > KEPT:
                self._reports.popitem(last=False)
        return report

    def redact(self, text: str, names: Collection[str]) -> str:
        """The text without what could name somebody."""
        return self.themes.redact(text, names)
