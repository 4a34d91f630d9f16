"""How answers are sealed and routes are locked.

A ballot's slot is `HMAC-SHA256(pulse key, person and item)`, cut to 16 bytes: the same person's answer to the same
question finds its earlier one and replaces it, and without the pulse's key a slot leads to nobody. The answer is put
in a sealed box (X25519, XSalsa20-Poly1305) to the pulse's public key, padded so that every ballot has one length;
inside it repeats its pulse and slot, so that it can not be moved. See `docs/privacy.md`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from sys import intern

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from bot.domain.ballots import Answer, Ballot
from bot.domain.people import Labels
from bot.errors import HundredDaysError, NotOurKey

PADDED = 3072
SLOT_BYTES = 16
RESPONDENT = "respondent"


class TamperedBallot(HundredDaysError):
    """A ballot does not open, or was sealed for another place."""


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


def seal(keys: SealingKeys, pulse: str, person: str, labels: Labels, answer: Answer) -> tuple[bytes, bytes]:
    """The slot and the sealed box of an answer."""
    slot = keys.slot(person, answer.item)
    inside = {
        "pulse": pulse,
        "slot": slot.hex(),
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
    return slot, SealedBox(PublicKey(keys.public)).encrypt(plain.ljust(PADDED))


def unseal(private: bytes, pulse: str, slot: bytes, sealed: bytes) -> Ballot:
    """Open one ballot. Raises `TamperedBallot` where it was not sealed for this pulse and slot."""
    return unseal_in(box_of(private), pulse, slot, sealed)


def box_of(private: bytes) -> SealedBox[PrivateKey]:
    """What opens all ballots of a pulse. Making it costs about as much as opening one."""
    return SealedBox(PrivateKey(private))


def unseal_in(box: SealedBox[PrivateKey], pulse: str, slot: bytes, sealed: bytes) -> Ballot:
    """Open one ballot, as `unseal`."""
    try:
        inside = json.loads(box.decrypt(sealed))
        answer = Answer(intern(inside["item"]), inside["score"], inside["comment"], inside["quotable"])
        ballot = Ballot(inside["who"], Labels(*map(intern, inside["labels"])), answer)
        lies_right = inside["pulse"] == pulse and inside["slot"] == slot.hex()
    except (CryptoError, ValueError, KeyError, TypeError) as error:
        raise TamperedBallot("a ballot does not open with its pulse's key, or holds no answer") from error
    if not lies_right:
        raise TamperedBallot("a ballot lies where it was not cast")
    return ballot


def lock_route(key: bytes, person: str) -> bytes:
    """The way back to a person, locked. Ids have one length, so all routes have; no two are alike."""
    return bytes(SecretBox(key).encrypt(person.encode()))


def unlock_route(key: bytes, route: bytes) -> str:
    """The person a locked route leads to."""
    return SecretBox(key).decrypt(route).decode()
