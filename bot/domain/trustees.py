"""Trustees: somebody outside the administration, say a union rep, without whose passphrase no pulse is opened."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from bot.errors import Refusal
from bot.words import N_

SHORTEST = 12
TOO_SHORT = N_("A passphrase needs at least {shortest} characters. Four or five words nobody would guess are good.")
WRONG = N_("That is not the passphrase of this pulse's trustee. Nothing was changed; please try again.")


@dataclass(frozen=True, slots=True)
class Trustee:
    """What is known of a trustee: enough to seal a key to them and to recognise their passphrase, which is not kept."""

    id: str
    organisation: str
    salt: bytes
    public: bytes


def accept_passphrase(written: str) -> str:
    """A passphrase as it counts: written alike on every keyboard, and long enough."""
    words = usual(written)
    if len(words) < SHORTEST:
        raise Refusal(TOO_SHORT, field="passphrase", values={"shortest": SHORTEST})
    return words


def usual(written: str) -> str:
    """The same letters in the same form, whatever keyboard they come from, without stray spaces."""
    return " ".join(unicodedata.normalize("NFKC", written).split())
