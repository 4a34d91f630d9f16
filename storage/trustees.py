"""A trustee's keys: made from a passphrase, kept by nobody.

The passphrase and a random salt give a key pair (Argon2id, then X25519). Only the salt and the public key are stored. A
pulse's opening key lies in the key store sealed to the public key, so that everything the service has, keys and
database together, does not open it.
"""

from __future__ import annotations

from datetime import datetime

from nacl import pwhash
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.utils import random
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.ids import new_id
from bot.domain.pulses import TAKING
from bot.domain.trustees import Trustee
from bot.errors import KeysLost, WrongPassphrase
from storage.rows.people import TrusteeRow
from storage.rows.pulses import PulseRow
from storage.subject import Purge, Subject

PASSES, MEMORY = pwhash.argon2id.OPSLIMIT_MODERATE, pwhash.argon2id.MEMLIMIT_MODERATE
"""Three passes over 256 MiB: under a second of one core for each guess, and small enough for a small server."""


def trustee_with(passphrase: str, organisation: str) -> Trustee:
    """A new trustee with this passphrase. Takes about a second."""
    salt = random(pwhash.argon2id.SALTBYTES)
    return Trustee(new_id(), organisation, salt, bytes(_pair(passphrase, salt).public_key))


def seal_to(public: bytes, key: bytes) -> bytes:
    """A key that only the trustee can use."""
    return SealedBox(PublicKey(public)).encrypt(key)


def open_with(trustee: Trustee | None, passphrase: str, sealed: bytes) -> bytes:
    """The key again. Takes about a second.

    A passphrase is known to be wrong before the key is tried, so a key that is damaged is not blamed on it.
    """
    if trustee is None:
        raise KeysLost("the trustee whom the key opening was sealed to is not known any more")
    pair = _pair(passphrase, trustee.salt)
    if bytes(pair.public_key) != trustee.public:
        raise WrongPassphrase
    try:
        return SealedBox(pair).decrypt(sealed)
    except CryptoError as error:
        raise KeysLost("the key opening was not sealed to this trustee, or is damaged") from error


class SqlTrustees:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def for_organisation(self, organisation: str) -> Trustee | None:
        query = select(TrusteeRow).where(TrusteeRow.organisation_id == organisation, TrusteeRow.appointed)
        row = await self._session.scalar(query)
        return _trustee(row) if row else None

    async def one(self, trustee: str) -> Trustee:
        return _trustee(await self._session.get_one(TrusteeRow, trustee))

    async def get(self, trustee: str) -> Trustee | None:
        row = await self._session.get(TrusteeRow, trustee)
        return _trustee(row) if row else None

    async def appoint(self, trustee: Trustee) -> None:
        await self.dismiss(trustee.organisation)
        own = {"organisation_id": trustee.organisation, "salt": trustee.salt, "public": trustee.public}
        self._session.add(TrusteeRow(id=trustee.id, appointed=True, **own))
        await self._session.flush()

    async def dismiss(self, organisation: str) -> bool:
        own = (TrusteeRow.organisation_id == organisation, TrusteeRow.appointed)
        change = update(TrusteeRow).where(*own).values(appointed=False).returning(TrusteeRow.id)
        return bool((await self._session.execute(change)).all())


async def forget_trustees(session: AsyncSession, _now: datetime) -> None:
    """A trustee who was dismissed is kept as long as a pulse waits for them."""
    waiting = select(PulseRow.trustee_id).where(PulseRow.state.in_(TAKING))
    needed = waiting.where(PulseRow.trustee_id.is_not(None))
    await session.execute(delete(TrusteeRow).where(TrusteeRow.appointed.is_(False), TrusteeRow.id.not_in(needed)))


SUBJECT = Subject("trustees", purges=(Purge(forget_trustees),))


def _pair(passphrase: str, salt: bytes) -> PrivateKey:
    seed = pwhash.argon2id.kdf(PrivateKey.SIZE, passphrase.encode(), salt, opslimit=PASSES, memlimit=MEMORY)
    return PrivateKey(seed)


def _trustee(row: TrusteeRow) -> Trustee:
    return Trustee(row.id, row.organisation_id, row.salt, row.public)
