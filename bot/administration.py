"""What a steward does from the command line: make an organisation, bring in its people, start a programme."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.ids import new_id
from bot.domain.people import INVITATIONS, Identity, Organisation, Person, Platform, Tree, Unit
from bot.domain.programmes import Programme, in_the_way, may_start
from bot.domain.pulses import NEVER_LOWER, raised
from bot.domain.staff_list import Problem, SharedAddress, StaffRow, read, sharing, units_of
from bot.errors import Misconfigured, Refusal
from bot.ports.people import Entrant
from bot.ports.store import Store, Transaction
from bot.wire import clean

DAY = "%d %B %Y"
NATIONS = ("ENG", "WLS", "SCT", "NIR")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: how many people are in, how many of all can be written to, and what was left out.

    `absent` is how many stand in the organisation's list of before and not in this one. `awaited` is how many accounts
    wait for their workspace to be connected; `unlinked` are the rows with an account of nobody knows which workspace.
    """

    people: int
    reachable: int
    absent: int
    new_units: tuple[str, ...]
    problems: tuple[Problem, ...]
    shared: tuple[SharedAddress, ...] = ()
    awaited: Mapping[Platform, int] = field(default_factory=dict)
    unlinked: tuple[Problem, ...] = ()


async def create(store: Store, name: str, zone: str, nation: str) -> Organisation:
    """A new organisation with one unit, itself. Raises `Misconfigured` for a zone or a nation that is not known."""
    if nation not in NATIONS:
        raise Misconfigured(
            f"{nation} is not a nation whose bank holidays are known. Choose from {', '.join(NATIONS)}."
        )
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Misconfigured(f"{zone} is not a time zone. Write it like Europe/London.") from error
    name = clean(name).strip()
    if not name:
        raise Misconfigured("An organisation needs a name, such as 'Penbryn Council'.")
    organisation = Organisation(new_id(), name, zone, nation)
    async with store.begin() as tx:
        if name.casefold() in {known.name.casefold() for known in await tx.organisations.list_all()}:
            raise Misconfigured(f"There is an organisation called {name} already.")
        await tx.organisations.add(organisation, Unit(new_id(), name))
    return organisation


async def count_vouched_only(store: Store, organisation: Organisation) -> None:
    """From now on, people whom no platform's directory vouches for hide nobody. There is no way back."""
    async with store.begin() as tx:
        await tx.organisations.count_vouched_only(organisation.id)


async def invite(store: Store, organisation: Organisation, now: datetime) -> str:
    """A single-use code for connecting a workspace. Only its hash is kept."""
    code = secrets.token_urlsafe(24)
    async with store.begin() as tx:
        await tx.organisations.invite(organisation.id, hashed(code), now + INVITATIONS.lasts())
    return code


async def connect(store: Store, code: str, platform: Platform, workspace: str, now: datetime) -> str | None:
    """Connect a workspace with an invitation. The organisation, or None where the code is not valid."""
    async with store.begin() as tx:
        organisation = await tx.organisations.redeem(hashed(code), now)
        if organisation is not None:
            await tx.organisations.connect(organisation, platform, workspace)
    return organisation


async def leave(store: Store, platform: Platform, workspace: str, now: datetime, envelope: str = "") -> bool:
    """A workspace has removed the app: nothing more is sent to it, and in a month what came from it is forgotten.

    `envelope` names the signed envelope that says so, so that a copy of it does not undo a later return. False where
    nothing was changed.
    """
    async with store.begin() as tx:
        organisation = await tx.organisations.by_workspace(platform, workspace)
        if organisation is None:
            return False
        today = now.astimezone(organisation.tz).date()
        if envelope and not await tx.inbox.record_if_new(envelope, today):
            return False
        return await tx.organisations.record_removal(platform, workspace, today)


async def come_back(store: Store, platform: Platform, workspace: str) -> None:
    """A workspace that is known has the app again, so nothing of it is forgotten."""
    async with store.begin() as tx:
        organisation = await tx.organisations.by_workspace(platform, workspace)
        if organisation is not None:
            await tx.organisations.connect(organisation.id, platform, workspace)


async def start(store: Store, programme: Programme) -> None:
    """Start a programme. Raises `Misconfigured` where another has a week in common with it, whoever starts it first."""
    async with store.begin() as tx:
        others = await tx.programmes.lock_all(programme.organisation)
        if blocking := in_the_way(programme, others):
            run = "; ".join(f"{p.name} runs from {p.starts:{DAY}} until {p.ends:{DAY}}" for p in blocking)
            first = may_start(programme, others)
            raise Misconfigured(
                f"{run}. With {programme.name} beside it everybody would be asked twice a week, so nothing was "
                f"started. It can start on {first:{DAY}} or later: --starts {first}."
            )
        await tx.programmes.add(programme)


async def set_thresholds(store: Store, organisation: Organisation, k: int, k_comment: int, *, at_once: bool) -> int:
    """How many must have answered, or commented, in pulses from now on; `at_once` raises those that are open too.

    Returns for how many programmes. Raises `Refusal` where anything would be promised less than was promised.
    """
    async with store.begin() as tx:
        programmes = await tx.programmes.list_all(organisation.id)
        for programme in programmes:
            await tx.programmes.set_thresholds(replace(programme, k=k, k_comment=k_comment))
        for pulse in await tx.pulses.unfinished(organisation.id) if at_once else ():
            if not await tx.pulses.set_thresholds(raised(pulse, k, k_comment)):
                raise Refusal(NEVER_LOWER)
    return len(programmes)


async def only(store: Store) -> Organisation:
    """The installation's only organisation. Raises `Misconfigured` where there is none, or several."""
    async with store.view() as tx:
        organisations = await tx.organisations.list_all()
    if not organisations:
        raise Misconfigured("There is no organisation yet. Make yours: hundred-days organisation create NAME.")
    if len(organisations) > 1:
        names = ", ".join(organisation.name for organisation in organisations)
        raise Misconfigured(f"Please say which organisation with --organisation. There are: {names}.")
    return organisations[0]


async def named(store: Store, name: str) -> Organisation:
    """An organisation by its name, or the only one where no name is given."""
    if not name:
        return await only(store)
    async with store.view() as tx:
        found = [o for o in await tx.organisations.list_all() if o.name.casefold() == name.casefold()]
    if not found:
        raise Misconfigured(f"There is no organisation called {name}. Make one: hundred-days organisation create NAME.")
    return found[0]


async def import_people(store: Store, organisation: Organisation, content: bytes) -> Imported:
    """Bring in a list of staff. People are found again by their key; who is not in it stays, and is counted."""
    listed = read(content)
    async with store.begin() as tx:
        await tx.organisations.lock_workspaces(organisation.id)
        tree = await tx.people.tree(organisation.id)
        known = {unit.name: unit.id for unit in tree.units.values()}
        new, lost = units_of(listed.rows, known)
        units = await _add_units(tx, organisation, new, known)
        refused = {problem.row for problem in lost}
        rows = [row for row in listed.rows if row.row not in refused]
        workspaces = await tx.organisations.list_workspaces(organisation.id)
        await tx.people.enter(organisation.id, _entrants(organisation, rows, units, tree, workspaces))
        shared = sharing(rows, await tx.people.shared_emails(organisation.id))
        awaited = await tx.people.waiting_accounts(organisation.id)
        reachable = await tx.people.count_reachable(organisation.id)
        absent = await tx.people.count_absent(organisation.id, {row.key for row in listed.rows})
    problems = sorted((*listed.problems, *lost), key=lambda problem: problem.row)
    unlinked = _unlinked(rows, workspaces)
    return Imported(len(rows), reachable, absent, tuple(new), tuple(problems), shared, awaited, unlinked)


async def let_go(store: Store, organisation: Organisation, content: bytes, now: datetime) -> int:
    """Whoever is not in this list of staff has left. Returns how many did.

    They are asked nothing more, and no account leads to them; what they said stays said. Raises `Misconfigured` where a
    row cannot be read, because it may be somebody's who has not left.
    """
    listed = read(content)
    if listed.problems or not listed.rows:
        raise Misconfigured("Nobody was taken out: a row that cannot be read may be somebody who has not left.")
    async with store.begin() as tx:
        keys = {row.key for row in listed.rows}
        return await tx.people.depart(organisation.id, keys, now.astimezone(organisation.tz).date())


def hashed(code: str) -> str:
    """What is kept of an invitation. The code has 192 random bits, so a plain hash is enough."""
    return hashlib.sha256(code.encode()).hexdigest()


async def _add_units(
    tx: Transaction, organisation: Organisation, new: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    ids = dict(known)
    for name, parent in new.items():
        ids[name] = new_id()
        await tx.people.add_unit(organisation.id, Unit(ids[name], name, ids[parent]))
    return ids


def _entrants(
    organisation: Organisation,
    rows: Sequence[StaffRow],
    units: Mapping[str, str],
    tree: Tree,
    workspaces: Mapping[Platform, tuple[str, ...]],
) -> list[Entrant]:
    entrants = []
    for row in rows:
        person = Person(
            id=new_id(),
            organisation=organisation.id,
            key=row.key,
            name=row.name,
            unit=units[row.unit] if row.unit else tree.root.id,
            role=row.role,
            place=row.place,
            grade=row.grade,
            email=row.email,
            language=row.language,
            zone=row.zone or organisation.zone,
        )
        accounts = (_account(platform, account, workspaces, organisation) for platform, account in row.accounts)
        entrants.append(Entrant(person, tuple(a for a in accounts if a)))
    return entrants


def _account(
    platform: Platform, account: str, workspaces: Mapping[Platform, tuple[str, ...]], organisation: Organisation
) -> Identity | None:
    """An account as a list names it: `U123`, or `T123:U123` where there are several workspaces.

    Where there is none yet, it waits under its organisation, and is the first one's that is connected.
    """
    workspace, colon, user = account.partition(":")
    if colon:
        return Identity(platform, workspace, user)
    connected = workspaces.get(platform, ())
    if not connected and platform is not Platform.WEB:
        return Identity(platform, organisation.id, account)
    return Identity(platform, connected[0], account) if len(connected) == 1 else None


def _unlinked(rows: Sequence[StaffRow], workspaces: Mapping[Platform, tuple[str, ...]]) -> tuple[Problem, ...]:
    """The accounts that could be on any of several workspaces."""
    return tuple(
        Problem(row.row, f"{account} does not say on which workspace it is; write {workspaces[platform][0]}:{account}")
        for row in rows
        for platform, account in row.accounts
        if ":" not in account and len(workspaces.get(platform, ())) > 1
    )
