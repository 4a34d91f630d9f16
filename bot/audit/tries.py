"""What somebody might try on a running installation: send again, change the ids, go round the service with SQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.audit.company import Company, envelope
from bot.audit.loot import Tried
from bot.views import Refused

AGAIN = 5
STEPS = (-1000, -2, -1, 1, 2, 1000)
OTHERS = {
    "ReadThread": ("thread", "threads"),
    "CloseThread": ("thread", "threads"),
    "EditStory": ("story", "stories"),
    "WithdrawStory": ("story", "stories"),
    "ChangeIdea": ("idea", "ideas"),
    "WithdrawIdea": ("idea", "ideas"),
}
"""What somebody could do to what is another's, and which ids they would try."""
WEAKER = {
    "a lower threshold for scores": "UPDATE pulses SET k = 2 WHERE id = :pulse",
    "a lower threshold for comments": "UPDATE pulses SET k_comment = 2 WHERE id = :pulse",
    "another segment": 'UPDATE pulses SET segments = \'["grade", "place"]\' WHERE id = :pulse',
    "another question": "UPDATE pulses SET items = '[\"who\"]' WHERE id = :pulse",
    "names instead of none": "UPDATE pulses SET mode = 'named' WHERE id = :pulse",
    "an earlier close": "UPDATE pulses SET closes = opens WHERE id = :pulse",
    "a programme without thresholds": "UPDATE programmes SET k = 1",
}

STRONGER = "UPDATE pulses SET k = k + 1 WHERE id = :pulse"


async def answer_again_and_again(company: Company, account: str, pulse: str, item: str, score: int) -> None:
    """An answer. Of some, its envelope and an earlier one's come again, out of order. The last word must stand."""
    earlier, last = envelope(), envelope()
    reply = await company.ask(account, "AnswerPulse", envelope=earlier, pulse=pulse, item=item, score=6 - score)
    company.keep(f"score {6 - score}", reply)
    await company.ask(account, "AnswerPulse", envelope=last, pulse=pulse, item=item, score=score)
    if account not in company.crowd.insisting:
        return
    for number in range(AGAIN):
        early = number % 2 == 0
        sent, said = (earlier, 6 - score) if early else (last, score)
        before = await company.sealed()
        await company.ask(account, "AnswerPulse", envelope=sent, pulse=pulse, item=item, score=said)
        company.replies[f"again {len(company.replies)}"] = "ignored" if await company.sealed() == before else "taken"


async def replay_late(company: Company, pulse: str, items: Sequence[str]) -> Tried:
    """The same after the close, old envelopes and new ones."""
    taken = [name for name, reply in company.replies.items() if name.startswith("again") and reply == "taken"]
    tried = sum(name.startswith("again") for name in company.replies)
    for account in company.crowd.answering[:AGAIN]:
        for item in items:
            reply = await company.ask(account, "AnswerPulse", envelope=envelope(), pulse=pulse, item=item, score=1)
            tried += 1
            taken += [] if isinstance(reply, Refused) else ["an answer after the close"]
    return Tried(tried, taken)


async def walk(company: Company, pulse: str) -> Tried:
    """Somebody who is not concerned tries ids: real ones, their neighbours, and ones that cannot be."""
    tables = await company.steal()
    crowd = company.crowd
    stranger = next(a for a in crowd.staff if a not in {*crowd.speaking, *crowd.telling, *crowd.offering})
    tried, told = 0, []
    for action, (field, table) in OTHERS.items():
        unknown = repr(await company.ask(stranger, action, **{field: secrets.token_hex(16)}))
        for guess in _guesses([str(row["id"]) for row in tables[table]], pulse):
            tried += 1
            if repr(await company.ask(stranger, action, **{field: guess})) != unknown:
                told.append(action)
    return Tried(tried, told)


async def weaken(company: Company, pulse: str) -> Tried:
    """Go round the service, straight to the database, while the pulse is open. A stronger pulse must be let through."""
    if not await _goes_through(company, STRONGER, pulse):
        return Tried()
    done = [name for name, statement in WEAKER.items() if await _goes_through(company, statement, pulse)]
    return Tried(len(WEAKER), done)


async def _goes_through(company: Company, statement: str, pulse: str) -> bool:
    """Whether the database lets this happen. It is undone either way."""
    async with company.engines.write.connect() as connection:
        begun = await connection.begin()
        try:
            done = await connection.execute(text(statement), {"pulse": pulse} if ":pulse" in statement else {})
        except DBAPIError:
            return False
        finally:
            await begun.rollback()
        return bool(done.rowcount)


def _guesses(real: Sequence[str], pulse: str) -> Iterator[str]:
    for known in real[:3]:
        yield known
        yield from (f"{(int(known, 16) + step) % 16**32:032x}" for step in STEPS)
    yield from (f"{(int(pulse, 16) + step) % 16**32:032x}" for step in STEPS)
