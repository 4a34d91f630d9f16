"""The way from chat to the pages: a one-time code, and links for those who have no seat in a chat."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core import Call, Route
from bot.domain import sessions as rules
from bot.domain.people import Organisation, Person
from bot.domain.sessions import CODES, Purpose
from bot.errors import Misconfigured
from bot.feature import Door, Feature, Verb
from bot.ports.store import Store
from bot.views import Fields, Link, Note, Reply, Show, View, text
from bot.wire import Command
from bot.words import N_

LONGEST_DAYS = 31
NO_PAGES = N_(
    "The pages have no address here yet. Please ask the people who run Hundred Days to set HUNDRED_DAYS_PUBLIC_URL."
)


@dataclass(frozen=True, slots=True)
class OpenPage(Command):
    """Let me in, in the browser."""


async def open_page(_command: OpenPage, call: Call) -> Reply:
    """The address of the pages and a code that lets this person in, once. An earlier code no longer works."""
    t = call.words
    title = t(N_("Hundred Days in your browser"))
    if not call.pages:
        return Show(View(title, (text(t(NO_PAGES)),)))
    code, until = rules.fresh_code(), call.now + rules.CODE_LASTS
    await call.tx.codes.issue({rules.code_hash(code): rules.pass_for(call.person, Purpose.CHAT, until)})
    link = Link(f"{call.pages}{rules.ENTER}", rules.link(call.pages, code))
    body = (
        text(t(N_("Open this page and press the button. It knows you by this code:")), " ", link),
        Fields(((t(N_("Code")), code),)),
        Note(t(N_("It works once, within 10 minutes, and only for you: please do not pass it on."))),
    )
    return Show(View(title, body))


async def page(_rest: str, call: Call) -> Reply:
    """`/100days page`."""
    return await open_page(OpenPage(), call)


async def enter(store: Store, typed: str, now: datetime) -> Person | None:
    """Use a code up. The person it lets in, or None where it is not, or no longer, good for anything."""
    async with store.begin() as tx:
        used = await tx.codes.redeem(rules.code_hash(rules.given(typed)), now)
        person = await tx.people.get(used.person) if used else None
        if used is None or person is None or person.organisation != used.organisation:
            return None
        await tx.people.link(rules.account_of(person.organisation, person.id), person, {})
        return person


async def links(
    store: Store, organisation: Organisation, pages: str, unit: str, until: datetime
) -> list[tuple[Person, str]]:
    """A link for everybody who has no chat account, in a unit and what is below it. Earlier links stop working."""
    async with store.begin() as tx:
        tree = await tx.people.tree(organisation.id)
        wanted = next((u.id for u in tree.units.values() if u.name.casefold() == unit.casefold()), "")
        if unit and not wanted:
            raise Misconfigured(f"There is no unit called {unit}.")
        people = [p for p in await tx.people.without_chat(organisation.id) if tree.inside(p.unit, wanted or p.unit)]
        codes = _codes(people)
        await tx.codes.issue(
            {rules.code_hash(code): rules.pass_for(p, Purpose.LINK, until) for code, p in codes.items()}
        )
    return [(person, rules.link(pages, code)) for code, person in codes.items()]


def until(now: datetime, days: int) -> datetime:
    """When links made now stop working. Raises `Misconfigured` where that would be too long, or at once."""
    if not 1 <= days <= LONGEST_DAYS:
        raise Misconfigured(f"Links can be good for 1 to {LONGEST_DAYS} days, not {days}.")
    return now + timedelta(days=days)


def _codes(people: Collection[Person]) -> Mapping[str, Person]:
    return {rules.fresh_code(): person for person in people}


FEATURE = Feature(
    name="access",
    commands={OpenPage: Route(open_page)},
    verbs=(Verb(page, {"en": "page", "cy": "tudalen"}),),
    holds=(CODES,),
    doors=(Door(N_("Open in the browser"), OpenPage(), outside=True),),
)
