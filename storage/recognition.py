"""By what somebody is recognised in another list, programme or organisation: keyed hashes that lead to a token.

An account is somebody, and so is an e-mail address that a platform's own directory vouches for. A row of a list is the
person it was, as long as it bears their name: whoever writes the list could put somebody else into it. A name by itself
is nobody: several have it, so it only makes us doubt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.groups import RECOGNITION, Token
from storage.organisations import present
from storage.rows.people import AccountRow, PersonRow
from storage.rows.seasons import RecognitionRow
from storage.sql import batched
from storage.subject import Ends, ErasureEffect, Personal, Purge, Subject, Way

KEY = "recognition"
MARK_BYTES = TOKEN_BYTES = 16
HERE = PersonRow.left_on.is_(None)


@dataclass(frozen=True, slots=True)
class Marks:
    """Makes marks, with the key of this installation."""

    key: bytes

    @property
    def name(self) -> str:
        """What the key is called: another one has another name."""
        return self._mark("key").hex()

    def person(self, person: str) -> bytes:
        """The mark of a row of a list."""
        return self._mark("person", person)

    def account(self, platform: str, workspace: str, user: str) -> bytes:
        """The mark of an account."""
        return self._mark("account", platform, workspace, user)

    def email(self, email: str) -> bytes:
        """The mark of an address that a directory vouches for."""
        return self._mark("email", email.strip().casefold())

    def first_name(self, token: Token, name: str) -> bytes:
        """The mark of the name that somebody had when they were first met."""
        return self._mark("first name", token.hex(), " ".join(name.casefold().split()))

    def called(self, name: str) -> bytes:
        """The mark of a name, however it is spaced and capitalised."""
        return self._mark("name", " ".join(name.casefold().split()))

    def _mark(self, *words: str) -> bytes:
        return hmac.digest(self.key, "\0".join(words).encode(), hashlib.sha256)[:MARK_BYTES]


@dataclass(frozen=True, slots=True)
class Known:
    """Which tokens marks lead to."""

    tokens: Mapping[bytes, frozenset[Token]]

    def of(self, marks: Iterable[bytes]) -> Token | None:
        """The token of somebody with these marks, the surest first. None for a stranger."""
        return next((min(self.tokens[mark]) for mark in marks if mark in self.tokens), None)

    def marks(self, token: Token) -> frozenset[bytes]:
        """Everything that leads to a token."""
        return frozenset(mark for mark, tokens in self.tokens.items() if token in tokens)


async def read_marks(session: AsyncSession) -> Known:
    """Every mark of the installation."""
    found: dict[bytes, frozenset[Token]] = {}
    for mark, token in await session.execute(select(RecognitionRow.mark, RecognitionRow.token)):
        found[mark] = found.get(mark, frozenset()) | {token}
    return Known(found)


async def recognise(session: AsyncSession, marks: Marks, organisation: str, today: date) -> None:
    """Give everybody in an organisation's list a token: the one that something of theirs leads to, else a new one.

    What an account leads to counts for more than an address, and that more than the row of the list.
    """
    known = await read_marks(session)
    people = await _marks_of(session, marks, organisation)
    new: set[tuple[bytes, Token]] = set()
    wrong: set[tuple[bytes, Token]] = set()
    met: set[Token] = set()
    for person in people:
        token, fresh = _token_of(person, known, marks)
        met.add(token)
        new |= {(mark, token) for mark in (*person.own, *fresh) if token not in known.tokens.get(mark, ())}
        wrong |= {(mark, other) for mark in person.own for other in known.tokens.get(mark, ()) if other != token}
    month = today.replace(day=1)
    for some in batched(sorted(wrong)):
        await session.execute(delete(RecognitionRow).where(tuple_(RecognitionRow.mark, RecognitionRow.token).in_(some)))
    for some in batched(sorted(new)):
        values = [{"mark": mark, "token": token, "seen": month} for mark, token in some]
        await session.execute(insert(RecognitionRow), values)
    for tokens in batched(sorted(met)):
        again = update(RecognitionRow).where(RecognitionRow.token.in_(tokens), RecognitionRow.seen < month)
        await session.execute(again.values(seen=month))


async def tokens_for(session: AsyncSession, marks: Marks, people: Collection[str], today: date) -> Mapping[str, Token]:
    """The tokens of these rows of lists; a new one for each that is in no list any more."""
    known = await read_marks(session) if people else Known({})
    found = {person: known.of([marks.person(person)]) or secrets.token_bytes(TOKEN_BYTES) for person in set(people)}
    new = {marks.person(person): token for person, token in found.items()}.items()
    month = today.replace(day=1)
    for some in batched(sorted(each for each in new if each[0] not in known.tokens)):
        values = [{"mark": mark, "token": token, "seen": month} for mark, token in some]
        await session.execute(insert(RecognitionRow), values)
    return found


@dataclass(frozen=True, slots=True)
class _Listed:
    """Somebody in a list: their name, and their marks, the surest first."""

    name: str
    accounts: tuple[bytes, ...]
    emails: tuple[bytes, ...]
    row: bytes

    @property
    def own(self) -> tuple[bytes, ...]:
        """The marks that are theirs alone."""
        return (*self.accounts, *self.emails, self.row)


def _token_of(person: _Listed, known: Known, marks: Marks) -> tuple[Token, list[bytes]]:
    """Somebody's token, and the marks of their name that it gets.

    Where an account is new, or there is none, a row of a list is the same person only if it has the name that they were
    first met with: somebody else could stand in it by now, and their answer be told of in the place of the first one's.
    """
    token, called = known.of(person.own), marks.called(person.name)
    if token is not None:
        leads = [token in known.tokens.get(mark, ()) for mark in person.accounts]
        vouched = any(token in known.tokens.get(mark, ()) for mark in person.emails)
        named = token in known.tokens.get(marks.first_name(token, person.name), ())
        if vouched or named or (leads and all(leads)):
            return token, [called]
    fresh = secrets.token_bytes(TOKEN_BYTES)
    return fresh, [called, marks.first_name(fresh, person.name)]


async def _marks_of(session: AsyncSession, marks: Marks, organisation: str) -> list[_Listed]:
    """Everybody in a list, with their marks."""
    row = AccountRow
    columns = (row.person_id, row.platform, row.workspace, row.user, row.email_mark)
    query = select(*columns).where(row.organisation_id == organisation, present(row))
    accounts: dict[str, list[bytes]] = {}
    emails: dict[str, list[bytes]] = {}
    order = (row.platform, row.workspace, row.user)
    for person, platform, workspace, user, email in await session.execute(query.order_by(*order)):
        accounts.setdefault(person, []).append(marks.account(platform, workspace, user))
        if email:
            emails.setdefault(person, []).append(email)
    own = (PersonRow.organisation_id == organisation, HERE)
    return [
        _Listed(name, tuple(accounts.get(person, ())), tuple(emails.get(person, ())), marks.person(person))
        for person, name in await session.execute(select(PersonRow.id, PersonRow.name).where(*own))
    ]


async def forget_marks(session: AsyncSession, now: datetime) -> None:
    """Forget who was in no list for so long that nothing that was told of them matters any more."""
    await session.execute(delete(RecognitionRow).where(RecognitionRow.seen < now.date() - RECOGNITION.lasts()))


STAYS = ErasureEffect.STAYS
SUBJECT = Subject(
    "recognition",
    personal=(
        Personal(RecognitionRow.mark, RECOGNITION, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
        Personal(RecognitionRow.token, RECOGNITION, erased=STAYS, departed=STAYS, ends=Ends.CLOCK, way=Way.LOCKED),
    ),
    purges=(Purge(forget_marks, RECOGNITION),),
)
