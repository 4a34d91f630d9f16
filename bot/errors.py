"""Errors that the product raises on purpose."""

from __future__ import annotations

from collections.abc import Mapping


class HundredDaysError(Exception):
    """Root of every error raised here, so that a caller can catch ours and nothing else."""


class Refusal(HundredDaysError):
    """Something a person asked for and we decline, said in a sentence meant for them.

    `message` is a msgid of the catalogue (see `bot.words`) with `{named}` places that `values` fill. `field` names the
    input of a form that the sentence is about, so that a platform can show it beside that input.
    """

    def __init__(self, message: str, *, field: str = "", values: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.values = dict(values or {})


class NotFound(Refusal):
    """What was asked for does not exist, or not for this person: nobody can tell which."""


class Misconfigured(HundredDaysError):
    """The installation cannot start or go on as it is configured; the message says what to do."""


class KeyTaken(HundredDaysError):
    """A key of that name is in the key store already."""


class KeysLost(HundredDaysError):
    """A key that should be in the key store is not there. What it sealed cannot be read any more, by anybody."""


class NotOurKey(KeysLost):
    """The key that answers would be sealed with is not the one the pulse was opened with. Nothing is sealed with it."""


class Unavailable(HundredDaysError):
    """The store does not answer at the moment. Nothing was changed; asking again later is right."""


class KeysRefused(Misconfigured, Unavailable):
    """The key store is there, but refuses us; the message says what to do. Nothing was changed."""


class UnknownNotice(HundredDaysError):
    """A stored message that this version cannot put into words: it has no such notice, or a field does not fit it."""


class PassphraseNeeded(HundredDaysError):
    """A pulse's ballots open only with its trustee's passphrase, and none was given."""


class WrongPassphrase(HundredDaysError):
    """That is not the trustee's passphrase. Nothing was tried with it."""
