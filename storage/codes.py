"""One-time codes that let a person into the pages, and the secret that their sessions are sealed with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.sessions import CODES, Pass, Purpose
from bot.errors import KeyTaken
from storage.keys import KEY_BYTES, KeyStore
from storage.rows.people import CodeRow
from storage.sql import batched, insert
from storage.subject import Ends, ErasureEffect, Leavers, Personal, Purge, Subject, Way

SECRETS = "installation"


class SqlCodes:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def issue(self, passes: Mapping[str, Pass]) -> None:
        for batch in batched(list(passes.items())):
            for purpose in {each.purpose for _, each in batch}:
                theirs = CodeRow.person_id.in_([each.person for _, each in batch])
                await self._session.execute(delete(CodeRow).where(theirs, CodeRow.purpose == purpose))
            rows = [_values(code_hash, each) for code_hash, each in batch]
            await self._session.execute(insert(self._session, CodeRow).values(rows))

    async def redeem(self, code_hash: str, now: datetime) -> Pass | None:
        used = delete(CodeRow).where(CodeRow.code_hash == code_hash, CodeRow.until > now)
        columns = (CodeRow.organisation_id, CodeRow.person_id, CodeRow.purpose, CodeRow.until)
        row = (await self._session.execute(used.returning(*columns))).first()
        return Pass(row[0], row[1], Purpose(row[2]), row[3]) if row else None


async def forget_codes(session: AsyncSession, now: datetime) -> None:
    """Codes that nobody used in time."""
    await session.execute(delete(CodeRow).where(CodeRow.until <= now))


async def erase_codes(session: AsyncSession, person: str) -> None:
    """Codes that would let somebody in who wants to be forgotten."""
    await session.execute(delete(CodeRow).where(CodeRow.person_id == person))


async def revoke_codes(session: AsyncSession, gone: Leavers) -> None:
    """Codes that would let people in who have left."""
    await session.execute(delete(CodeRow).where(CodeRow.person_id.in_(gone.people)))


GOES = ErasureEffect.GOES
SUBJECT = Subject(
    "codes",
    personal=(
        Personal(CodeRow.person_id, CODES, erased=GOES, departed=GOES, ends=Ends.CLOCK),
        Personal(CodeRow.code_hash, CODES, erased=GOES, departed=GOES, ends=Ends.CLOCK, way=Way.LOCKED),
    ),
    purges=(Purge(forget_codes, CODES),),
    erase=erase_codes,
    depart=revoke_codes,
)


async def shared_secret(keys: KeyStore, name: str) -> bytes:
    """A random secret of this installation, made when it is first asked for; every replica gets the same one."""
    kept = keys.within(SECRETS)
    known = await kept.get_all([name])
    if name in known:
        return known[name]
    # Where another replica is quicker, theirs is as good.
    with suppress(KeyTaken):
        await kept.put(name, os.urandom(KEY_BYTES))
    return await kept.get(name)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The shared secrets of this installation, remembered: they are asked for with every press."""

    keys: KeyStore
    _known: dict[str, bytes] = field(default_factory=dict, repr=False)

    async def get(self, name: str) -> bytes:
        """One of them."""
        if name not in self._known:
            self._known[name] = await shared_secret(self.keys, name)
        return self._known[name]


def _values(code_hash: str, each: Pass) -> dict[str, object]:
    return {
        "code_hash": code_hash,
        "organisation_id": each.organisation,
        "person_id": each.person,
        "purpose": each.purpose,
        "until": each.until,
    }
