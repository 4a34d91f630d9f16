"""The practice workspace: an invented council, its colleagues, and a clock that can jump to whatever comes next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from importlib import resources

from adapters.web.chat import Chat
from adapters.web.practice.clock import PracticeClock
from adapters.web.practice.colleagues import Colleagues, Turn
from bot.administration import create, import_people
from bot.core import Core
from bot.domain.calendar import next_batch
from bot.domain.ids import new_id
from bot.domain.people import Address, Identity, Organisation, Person, Platform, Role, Segment, Tree
from bot.domain.programmes import Programme
from bot.domain.pulses import Pulse
from bot.errors import HundredDaysError
from bot.plan import WeeklyMoment, next_moment
from bot.ports.channels import Channel
from bot.worker import Worker

log = logging.getLogger(__name__)
WORKSPACE = "practice"
COUNCIL = "Penbryn Council"
GOAL = "Residents get an answer the first time they ask."
MEASURES = ("Six in ten of us say that change is managed well", "Half as many forms")
CHANNELS = {COUNCIL: "everyone", "Housing": "housing"}
MINUTE, LAST_HOUR = timedelta(minutes=1), timedelta(hours=1)
BREATH = 0.4
FAR = timedelta(days=365)


class Jump(StrEnum):
    """How far to set the clock forward."""

    BATCH = "batch"
    CLOSE = "close"
    DIGEST = "digest"
    OPEN = "open"


@dataclass(slots=True)
class Workspace:
    """The invented council, alive."""

    core: Core
    worker: Worker
    chat: Chat
    clock: PracticeClock
    organisation: Organisation
    people: Sequence[Person]
    tree: Tree
    colleagues: Colleagues
    _pending: dict[str, list[Turn]] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def opened(cls, core: Core, worker: Worker, chat: Chat, clock: PracticeClock) -> Workspace:
        """The workspace as it was left, or a new one with its first week behind it."""
        async with core.store.view() as tx:
            known = await tx.organisations.list_all()
        organisation = known[0] if known else await _found(core, clock)
        async with core.store.view() as tx:
            people, tree = await tx.people.list_all(organisation.id), await tx.people.tree(organisation.id)
        colleagues = Colleagues.of(core, [account(p) for p in people if p.role is Role.STAFF and p.key != "p001"])
        workspace = cls(core, worker, chat, clock, organisation, people, tree, colleagues)
        if not known:
            await workspace.first_week()
        return workspace

    async def run(self) -> None:
        """Let it live: what is due happens, and colleagues answer a few at a time."""
        await self.worker.tidy()
        while True:
            try:
                async with self._turn:
                    await self.worker.step()
                    await self._some_answer(2)
                    await self._steward_looks(self.clock() + LAST_HOUR)
                    self.clock.keep()
            except (HundredDaysError, OSError) as error:
                log.error("practice.failed", extra={"error": type(error).__name__})  # noqa: TRY400 (a trace could hold values)
            await asyncio.sleep(BREATH)

    async def jump(self, to: Jump) -> None:
        """Set the clock forward, past everything that happens on the way, in its order."""
        async with self._turn:
            target = await self.moment(to)
            while (now := self.clock()) < target:
                await self._everybody_answers()
                await self._steward_looks(following := min([await self.moment(jump, now) for jump in Jump]))
                self.clock.set(following)
                await self.worker.step()

    async def moment(self, to: Jump, now: datetime | None = None) -> datetime:
        """When this will be."""
        now = now or self.clock()
        if to is Jump.BATCH:
            return next_batch(now, self.organisation.tz)
        async with self.core.store.view() as tx:
            programme = (await tx.programmes.list_all(self.organisation.id))[0]
        return next_moment(self.organisation, programme, WeeklyMoment(to.value), now) or now + FAR

    async def first_week(self) -> None:
        """Play the first week, so that a newcomer finds a digest and stories, and then wait for the second to open."""
        for number in range(4):
            await self.colleagues.tell(number)
        await self.jump(Jump.OPEN)
        await self.jump(Jump.DIGEST)
        async with self._turn:
            opens = await self.moment(Jump.OPEN)
            self.clock.set(opens - timedelta(seconds=3))
            await self.worker.step()

    async def _steward_looks(self, until: datetime) -> None:
        """What may be quoted waits for whoever plays the steward, until the digest is next; then a colleague looks."""
        if await self.moment(Jump.DIGEST) <= until:
            for steward in (person for person in self.people if person.role is Role.STEWARD):
                await self.colleagues.review(account(steward))

    async def _everybody_answers(self) -> None:
        while await self._some_answer(100):
            pass

    async def _some_answer(self, most: int) -> int:
        pulse = await self._open_pulse()
        if pulse is None:
            return 0
        waiting = self._pending.setdefault(pulse.id, self.colleagues.turns(pulse))
        now, self._pending[pulse.id] = waiting[:most], waiting[most:]
        for turn in now:
            await self.colleagues.answer(pulse, turn)
        return len(now)

    async def _open_pulse(self) -> Pulse | None:
        async with self.core.store.view() as tx:
            programme = (await tx.programmes.list_all(self.organisation.id))[0]
            pulse = await tx.pulses.current(programme.id)
        return pulse if pulse and pulse.open_at(self.clock()) else None


def account(person: Person) -> Identity:
    """The web account of an invented colleague: their e-mail name."""
    return Identity(Platform.WEB, WORKSPACE, person.email.partition("@")[0])


def start_of(today: date) -> datetime:
    """Eight in the morning of the Monday of last week: the practice begins there and plays one week by itself."""
    monday = today - timedelta(days=today.weekday() + 7)
    return datetime.combine(monday, time(8), UTC)


async def _found(core: Core, clock: PracticeClock) -> Organisation:
    """Make the council as a steward would: an organisation, its people from a list, its channels, its programme."""
    organisation = await create(core.store, COUNCIL, "Europe/London", "WLS")
    async with core.store.begin() as tx:
        await tx.organisations.connect(organisation.id, Platform.WEB, WORKSPACE)
    staff = resources.files("adapters.web.practice") / "council.csv"
    await import_people(core.store, organisation, staff.read_bytes())
    async with core.store.begin() as tx:
        tree = await tx.people.tree(organisation.id)
        units = {unit.name: unit.id for unit in tree.units.values()}
        for unit, ref in CHANNELS.items():
            address = Address(Platform.WEB, WORKSPACE, f"#{ref}", personal=False)
            await tx.channels.connect(Channel(new_id(), organisation.id, units[unit], address))
        own = (COUNCIL, GOAL, clock().date())
        segments = (Segment.PLACE,)
        await tx.programmes.add(Programme(new_id(), organisation.id, *own, measures=MEASURES, segments=segments))
    return organisation
