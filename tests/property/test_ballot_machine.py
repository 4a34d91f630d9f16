"""Answers, closes, crashes, restored backups and two replicas in every order that chance finds, beside a model."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bot.domain.ballots import COMMENT
from bot.domain.pulses import Pulse, State
from bot.errors import Refusal
from bot.features.pulses import closing
from bot.views import Replace, Reply
from tests.conftest import Databases, apart
from tests.exact import listening
from tests.fault.copies import copies_of
from tests.fault.replica import Replica
from tests.fault.seams import Killed
from tests.property.ballot_house import MOMENTS, House, Start
from tests.property.ballot_model import Model
from tests.soak.figures import SOAK, Figure, shard

T = TypeVar("T")
PEOPLE = 10
SIZES = {"sqlite": (8, 40), "postgresql": (3, 30)}
SOAK_STEPS = {"sqlite": 80_000, "postgresql": 20_000}
"""How many steps are taken at the least. They come in runs of this many examples of a hundred steps."""
SOAK_EXAMPLES = 50
MET = ("crashes", "restored backups", "closes with something to publish", "looks at a lost pulse", "reminders")
"""What a run must have come by, or it has proved nothing."""
REPLICA = st.integers(0, 1)
ACCOUNT = st.integers(0, PEOPLE - 1).map("u{}".format)
ITEM, SCORE = st.integers(0, 1), st.integers(1, 5)
DIES = st.one_of(st.just(0), st.just(0), st.just(0), st.integers(1, 40))
"""At which seam the process dies, counted from the start of the step; never, where it is nought or too far."""


class BallotMachine(RuleBasedStateMachine):
    """One organisation of twelve, asked for three weeks."""

    start: ClassVar[Start]
    steps: ClassVar[int] = 0
    met: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.ears = ExitStack()
        self.listener = self.ears.enter_context(listening())
        self.house = self.do(House.build(self.start))
        self.model = Model()
        self.backups: list[tuple[str, Model]] = []
        self.burnt: set[str] = set()
        self.read: tuple[int, int] = (0, 0)
        self.over: set[str] = set()
        self.known: dict[str, set[str]] = {}
        self.word = self.restored = 0
        self.begun = False

    def do(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    @rule(which=REPLICA, account=ACCOUNT, item=ITEM, score=SCORE, back=st.integers(0, 1), dies=DIES)
    def answer(self, which: int, account: str, item: int, score: int, back: int, dies: int) -> None:
        """Somebody presses a button, of this week's message or of last week's, and may press it again later."""
        if pulse := self.do(self._pulse(back)):
            given = {"item": pulse.items[item], "score": score}
            self.do(self._cast(which, pulse, account, "AnswerPulse", dies, **given))

    @rule(which=REPLICA, first=st.integers(0, 6), many=st.integers(4, PEOPLE), score=SCORE, comments=st.booleans())
    def crowd_answers(self, which: int, first: int, many: int, score: int, comments: bool) -> None:  # noqa: FBT001
        """Several answer one after the other: enough that there may be something to publish."""
        if pulse := self.do(self._pulse(0)):
            for n in range(many):
                account = f"u{(first + n) % PEOPLE}"
                self.word += 1
                if comments:
                    self.do(self._cast(which, pulse, account, "SaveComment", 0, comment=f"word {self.word}"))
                else:
                    given = {"item": pulse.items[0], "score": (score + n) % 5 + 1}
                    self.do(self._cast(which, pulse, account, "AnswerPulse", 0, **given))

    @rule(which=REPLICA, dies=DIES)
    def work(self, which: int, dies: int) -> None:
        """A replica does what is due: opens, reminds, closes."""
        self.do(self._killable(which, dies, Replica.due))

    @rule(which=REPLICA, dies=DIES)
    def deliver(self, which: int, dies: int) -> None:
        """A replica delivers what has to reach somebody, or dies of it."""
        self.do(self._killable(which, dies, Replica.deliver))

    @precondition(lambda self: self.house.moment % 3 == 0)
    @rule(which=REPLICA, dies=DIES)
    def wednesday_comes(self, which: int, dies: int) -> None:
        """What was asked on Monday is delivered; then those are reminded who have said nothing."""
        self.do(self._killable(which, 0, Replica.due))
        self.do(self._killable(which, 0, Replica.deliver))
        self.house.moment += 1
        self.do(self._killable(which, 0, Replica.due))
        self.do(self._killable(which, dies, Replica.deliver))

    @rule(which=REPLICA, dies=DIES, account=ACCOUNT, score=SCORE)
    def race(self, which: int, dies: int, account: str, score: int) -> None:
        """Both replicas do what is due at once, one of them may die, and somebody answers meanwhile."""
        self.do(self._race(which, dies, account, score))

    @rule(which=REPLICA)
    def close_again(self, which: int) -> None:
        """Somebody closes a pulse by hand: before its time that is refused, after it nothing changes."""
        self.do(self._close_again(which))

    @precondition(lambda self: self.house.moment + 1 < len(MOMENTS))
    @rule()
    def time_passes(self) -> None:
        """It is the next moment at which something is planned."""
        self.house.moment += 1

    @rule(which=REPLICA, dies=DIES)
    def restart(self, which: int, dies: int) -> None:
        """A replica is stopped and started, and may die again while it mends."""
        self.do(self._restart(which, dies))

    @precondition(lambda self: len(self.backups) < 2)
    @rule()
    def back_up(self) -> None:
        """The night's backup."""
        self.backups.append((self.do(self.house.save()), self.model.copy()))

    @precondition(lambda self: self.backups and self.restored < 3)
    @rule(which=st.integers(0, 1))
    def restore(self, which: int) -> None:
        """An older backup is put back. What was acknowledged since is gone; what it says of closed pulses is not."""
        backup, model = self.backups[which % len(self.backups)]
        self.do(self.house.restore(backup))
        self.model = model.copy()
        self.restored += 1
        self.met["restored backups"] += 1

    @invariant()
    def keeps_its_promises(self) -> None:
        """After every step: what must hold does."""
        type(self).steps += self.begun
        self.begun = True
        self.do(self._look())

    def teardown(self) -> None:
        """A last start and a last close; then everything must be in order."""
        try:
            self.do(self._finish())
        finally:
            self.do(self.house.clear())
            self.runner.close()
            self.ears.close()

    async def _pulse(self, back: int) -> Pulse | None:
        """This week's pulse, or the one before it."""
        seen = await self.house.pulses()
        if len(seen) <= back:
            return None
        async with self.house.look().store.view() as tx:
            return await tx.pulses.get(seen[-1 - back].id)

    async def _cast(self, which: int, pulse: Pulse, account: str, action: str, dies: int, **given: object) -> None:
        await self.house.up(which)
        pulse = await self._now(pulse)
        reply = await self._killable(which, dies, lambda replica: replica.ask(account, action, pulse=pulse.id, **given))
        item, value = (COMMENT, given["comment"]) if "comment" in given else (str(given["item"]), given["score"])
        if reply is None:
            self.model.doubtful(pulse.id, account, item, value)
        elif isinstance(reply, Replace):
            self.model.acknowledged(pulse.id, account, item, value)
        assert reply is None or isinstance(reply, Replace) == pulse.open_at(self.house.now), reply

    async def _now(self, pulse: Pulse) -> Pulse:
        async with self.house.look().store.view() as tx:
            found = await tx.pulses.get(pulse.id)
        assert found is not None
        return found

    async def _killable(self, which: int, dies: int, act: Callable[[Replica], Awaitable[T]]) -> T | None:
        """Let a replica do something that it may not survive. Nothing is known of how far it came, then."""
        replica = await self.house.up(which)
        replica.fuse.left = dies
        try:
            return await act(replica)
        except Killed:
            await self._buried(which)
            return None
        finally:
            replica.fuse.left = 0

    async def _buried(self, which: int) -> None:
        self.house.repaired = False
        await self.house.down(which)
        self.met["crashes"] += 1

    async def _race(self, which: int, dies: int, account: str, score: int) -> None:
        first, second = await self.house.up(which), await self.house.up(1 - which)
        before = await self._pulse(0)
        first.fuse.left = dies
        doing: list[Coroutine[Any, Any, Reply | None]] = [first.due(), second.due()]
        if before is not None:
            given = {"item": before.items[0], "score": score}
            doing.append(second.ask(account, "AnswerPulse", pulse=before.id, **given))
        ended = await asyncio.gather(*doing, return_exceptions=True)
        first.fuse.left = 0
        if isinstance(ended[0], Killed):
            await self._buried(which)
        assert not [one for one in ended if isinstance(one, BaseException) and not isinstance(one, Killed)], ended
        if before is not None and isinstance(ended[2], Replace):
            self.model.acknowledged(before.id, account, before.items[0], score)

    async def _close_again(self, which: int) -> None:
        replica, pulse = await self.house.up(which), await self._pulse(0)
        if pulse is None:
            return
        if self.house.now < pulse.closes:
            with pytest.raises(Refusal):
                await closing.close(pulse, replica.work)
        elif pulse.state in {State.SEALED, State.LOST}:
            await closing.close(pulse, replica.work)
            assert (await self._now(pulse)).state is pulse.state

    async def _restart(self, which: int, dies: int) -> None:
        await self.house.down(which)
        try:
            await self.house.up(which, dies)
        except Killed:
            await self._buried(which)

    async def _look(self) -> None:
        for seen in await self.house.pulses():
            if seen.state == State.SEALED:
                await self._sealed(seen.id)
            if seen.state in {State.SEALED, State.LOST}:
                self.burnt.add(seen.id)
                self.met["looks at a lost pulse"] += seen.state == State.LOST
            if self.house.repaired:
                over = seen.state in {State.SEALED, State.LOST}
                assert (self.house.keys_of(seen.id), seen.sealing) == ((0, False) if over else (2, True)), seen
                assert not (over and seen.ballots), "a ballot outlived its pulse"
                assert over or seen.id not in self.burnt, "a pulse came back without its keys"
        self._letters()

    async def _sealed(self, pulse: str) -> None:
        async with self.house.look().store.view() as tx:
            results, known = await tx.results.for_pulse(pulse), await tx.pulses.get(pulse)
        assert known is not None
        if pulse not in self.model.results:
            heard = [each for each in self.listener.heard if each.day == known.closes.date()]
            self.model.check(known, self.start.root, results, heard)
            self.model.results[pulse] = results
            self.met["closes with something to publish"] += bool(results.numbers)
        assert results == self.model.results[pulse], "what was published has changed"

    def _letters(self) -> None:
        """Nobody who had answered before this step was reminded in it, and nobody was asked about what is over."""
        letters = self.house.letters
        asked, reminded = letters.asked[self.read[0] :], letters.reminded[self.read[1] :]
        self.read = (len(letters.asked), len(letters.reminded))
        self.met["reminders"] += len(reminded)
        for account, pulse in reminded:
            assert account not in self.known.get(pulse, set()), f"{account} had answered, and was reminded"
        assert not {pulse for _, pulse in [*asked, *reminded]} & self.over, "a pulse that was over was asked again"
        self.known = {pulse: self.model.answered(pulse) for pulse in self.model.answers}
        self.over = set(self.burnt)

    async def _finish(self) -> None:
        await self._restart(0, 0)
        while self.house.moment % 3 != 2:
            self.house.moment += 1
        await (await self.house.up(0)).due()
        await self._restart(0, 0)
        await self._look()
        assert {seen.state for seen in await self.house.pulses()} <= {State.SEALED, State.LOST}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_ballots_keep_their_promises_in_every_order(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whatever happens in whatever order: each acknowledged answer is counted once and the last one wins (I1), nobody
    who has answered is reminded (I3), no closed pulse has a key and no open one lacks it (I5), and a backup from before
    a close that is restored after it ends as lost, with no ballot, and is never asked again."""
    databases: Databases = request.getfixturevalue(f"empty_{kind}")
    part, parts = shard()
    wanted = SOAK_STEPS[kind] // parts if SOAK else 1
    with copies_of(databases, tmp_path) as (copies, empty):
        BallotMachine.start = apart(Start.make(copies, empty, PEOPLE))
        BallotMachine.steps, BallotMachine.met = 0, Counter()
        for lap in count():
            sown = seed(part * 1_000 + lap)(BallotMachine)
            run_state_machine_as_test(sown, settings=_settings(*((SOAK_EXAMPLES, 100) if SOAK else SIZES[kind])))
            if BallotMachine.steps >= wanted:
                break
    assert not SOAK or all(BallotMachine.met[what] for what in MET), f"it never came there: {BallotMachine.met}"
    Figure(f"Ballot machine on {kind}, steps", BallotMachine.steps, "", at_least=wanted).keep()
    for what in MET:
        Figure(f"Ballot machine on {kind}, {what}", BallotMachine.met[what], "").keep()


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
