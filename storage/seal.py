"""How answers are sealed and routes are locked.

A ballot's slot is `HMAC-SHA256(pulse key, person and item)`, cut to 16 bytes: the same person's answer to the same
question finds its earlier one and replaces it, and without the pulse's key a slot leads to nobody. The answer is put
in a sealed box (X25519, XSalsa20-Poly1305) to the pulse's public key, padded so that every ballot has one length.
Anybody can seal something to a public key; so inside stands an HMAC under the pulse's key over the slot and all that is
said, and a ballot without the right one, forged or moved, counts for nothing. See `docs/privacy.md`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from sys import intern

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from bot.domain.ballots import Answer, Ballot, Seat
from bot.domain.people import Labels
from bot.errors import HundredDaysError, NotOurKey

MARK_BYTES = hashlib.sha256().digest_size
PADDED = 3072
SLOT_BYTES = 16
RESPONDENT = "respondent"


class TamperedBallot(HundredDaysError):
    """A ballot does not open, was sealed for another place, or by somebody without the pulse's key."""


class OversizedBallot(HundredDaysError):
    """An answer longer than the rules let through: a longer ballot would stand out."""


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """What it takes to seal a ballot. The key that opens it is not here."""

    slots: bytes
    public: bytes

    @classmethod
    def vouched(cls, slots: bytes, seal: bytes) -> SealingKeys:
        """The keys of an open pulse, from its slot key and from what the database says that answers are sealed with.

        Raises `NotOurKey` where that was put there by somebody without the slot key: they could open the answers.
        """
        keys = cls(slots, seal[: PublicKey.SIZE])
        if not hmac.compare_digest(keys.seal, seal):
            raise NotOurKey("the public key of a pulse is not the one it was opened with")
        return keys

    @property
    def seal(self) -> bytes:
        """The public key, vouched for by the slot key, which is not in the database."""
        return self.public + hmac.digest(self.slots, b"public|" + self.public, hashlib.sha256)

    def slot(self, person: str, item: str) -> bytes:
        """Where this person's answer to this item lies."""
        return hmac.digest(self.slots, f"{person}|{item}".encode(), hashlib.sha256)[:SLOT_BYTES]


@dataclass(frozen=True, slots=True)
class OpeningKeys:
    """What it takes to open ballots, and to know that they were cast here."""

    box: SealedBox[PrivateKey]
    slots: bytes

    @classmethod
    def of(cls, private: bytes, slots: bytes) -> OpeningKeys:
        """The keys of a pulse. Making them costs about as much as opening one ballot, so make them once."""
        return cls(SealedBox(PrivateKey(private)), slots)


def seal(keys: SealingKeys, person: str, labels: Labels, answer: Answer) -> tuple[bytes, bytes]:
    """The slot and the sealed box of an answer."""
    slot = keys.slot(person, answer.item)
    inside = {
        "who": keys.slot(person, RESPONDENT).hex(),
        "labels": [labels.unit, labels.place, labels.grade],
        "item": answer.item,
        "score": answer.score,
        "comment": answer.comment,
        "quotable": answer.quotable,
    }
    plain = json.dumps(inside, ensure_ascii=False, separators=(",", ":")).encode()
    if len(plain) > PADDED:
        raise OversizedBallot("an answer does not fit into a ballot; all ballots must have one length")
    said = plain.ljust(PADDED)
    return slot, SealedBox(PublicKey(keys.public)).encrypt(_mark(keys.slots, slot, said) + said)


def unseal(keys: OpeningKeys, slot: bytes, sealed: bytes) -> Ballot:
    """Open one ballot. Raises `TamperedBallot` where it was not cast in this pulse and for this slot."""
    try:
        opened = keys.box.decrypt(sealed)
    except (CryptoError, ValueError, TypeError) as error:
        raise TamperedBallot("a ballot does not open with its pulse's key") from error
    mark, said = opened[:MARK_BYTES], opened[MARK_BYTES:]
    if not hmac.compare_digest(mark, _mark(keys.slots, slot, said)):
        raise TamperedBallot("a ballot was not cast here, or lies where it was not cast")
    inside = json.loads(said)
    answer = Answer(intern(inside["item"]), inside["score"], inside["comment"], inside["quotable"])
    return Ballot(inside["who"], Labels(*map(intern, inside["labels"])), answer)


def numbered(keys: OpeningKeys, seats: Mapping[str, Seat]) -> dict[str, Seat]:
    """Seats by the number that joins somebody's ballots in this pulse, instead of by their id."""
    sealing = SealingKeys(keys.slots, b"")
    return {sealing.slot(person, RESPONDENT).hex(): seat for person, seat in seats.items()}


def opens(private: bytes, sealed: bytes) -> bool:
    """Whether this is a key that opens this box, whoever sealed it."""
    try:
        SealedBox(PrivateKey(private)).decrypt(sealed)
    except (CryptoError, ValueError, TypeError):
        return False
    return True


def _mark(slots: bytes, slot: bytes, said: bytes) -> bytes:
    """What only somebody with the pulse's key can set beside a ballot's words."""
    return hmac.digest(slots, b"ballot|" + slot + said, hashlib.sha256)


def lock_route(key: bytes, person: str) -> bytes:
    """The way back to a person, locked. Ids have one length, so all routes have; no two are alike."""
    return bytes(SecretBox(key).encrypt(person.encode()))


def unlock_route(key: bytes, route: bytes) -> str:
    """The person a locked route leads to."""
    return SecretBox(key).decrypt(route).decode()
