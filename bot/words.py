"""How things are said: every sentence in the reader's language, every time in the reader's zone.

English sentences are the message ids; Welsh lives in `locale/cy`. A sentence is marked with `N_` where it stands as
data and looked up with a `Words` where it is shown. One that English says of several things and Welsh does not, such as
"Open it" of a conversation and of a pulse, is marked with `NC_`, which says of what.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache
from importlib import resources
from typing import Self

from babel.dates import format_date, format_datetime, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH = "en"
LANGUAGES: Mapping[str, str] = {"en": "English", "cy": "Cymraeg"}
DAY = "EEEE d MMMM"
MOMENT = "EEEE d MMMM, HH:mm"


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for it)
    """Mark a sentence for translation without translating it yet."""
    return message


class InContext(str):
    """A sentence that other languages look up together with its context. In English it is a sentence like any other."""

    __slots__ = ("context",)
    context: str

    def __new__(cls, message: str, context: str = "") -> Self:
        sentence = super().__new__(cls, message)
        sentence.context = context
        return sentence


def NC_(context: str, message: str) -> str:  # noqa: N802 (as N_)
    """Mark a sentence whose translation depends on what it is said of: a word for that, such as "story"."""
    return InContext(message, context)


def NNC_(context: str, one: str, more: str) -> tuple[str, str]:  # noqa: N802 (as N_)
    """Mark both forms of a sentence with a number like `NC_`; `Words.many` takes them."""
    return InContext(one, context), InContext(more, context)


@dataclass(frozen=True, slots=True)
class Languages:
    """The catalogues, read once at start."""

    catalogues: Mapping[str, gettext.NullTranslations]

    def words(self, language: str, zone: tzinfo) -> Words:
        """Words in `language`, or in English where we do not speak it."""
        return Words(language if language in self.catalogues else ENGLISH, zone, self)


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language and time zone. Called with an English sentence, gives it in that language, filled in."""

    language: str
    zone: tzinfo
    _languages: Languages

    def __call__(self, message: str, /, **values: object) -> str:
        said = self._look_up(message) if message else ""
        return said.format(**values) if values else said

    def many(self, one: str, more: str, n: int, /, **values: object) -> str:
        """A sentence whose form depends on a number, which is also available as `{n}`. Welsh has six such forms."""
        if isinstance(one, InContext):
            return self._catalogue.npgettext(one.context, one, more, n).format(n=n, **values)
        return self._catalogue.ngettext(one, more, n).format(n=n, **values)

    def day(self, when: date | datetime) -> str:
        """Such as "Thursday 26 November"."""
        local = when.astimezone(self.zone).date() if isinstance(when, datetime) else when
        return format_date(local, DAY, locale=self.language)

    def moment(self, when: datetime) -> str:
        """Such as "Thursday 26 November, 17:00", on the reader's clock."""
        return format_datetime(when.astimezone(self.zone), MOMENT, locale=self.language)

    def weekday(self, day: int) -> str:
        """The name of a day of the week; 0 is Monday."""
        return str(get_day_names("wide", locale=self.language)[day])

    def instead(self, language: str) -> Words:
        """The same reader in another language."""
        return self._languages.words(language, self.zone)

    def _look_up(self, message: str) -> str:
        if isinstance(message, InContext):
            return self._catalogue.pgettext(message.context, message)
        return self._catalogue.gettext(message)

    @property
    def _catalogue(self) -> gettext.NullTranslations:
        return self._languages.catalogues[self.language]


@cache
def load_languages() -> Languages:
    """Read every catalogue, once. The .po file is the source and the only copy: no compile step to forget."""
    spoken = {language: compiled(_source(language), language) for language in LANGUAGES if language != ENGLISH}
    return Languages({ENGLISH: gettext.NullTranslations(), **spoken})


def compiled(source: bytes, language: str) -> gettext.GNUTranslations:
    """The catalogue that a .po file holds."""
    catalogue = io.BytesIO()
    write_mo(catalogue, read_po(io.BytesIO(source), locale=language))
    catalogue.seek(0)
    return gettext.GNUTranslations(catalogue)


def _source(language: str) -> bytes:
    return (resources.files("bot") / "locale" / language / "LC_MESSAGES" / "bot.po").read_bytes()
