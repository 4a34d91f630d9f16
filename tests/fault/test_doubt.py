"""Sends in doubt, edits that race, nights, and deliveries that are broken: each was a real defect once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.administration import import_people
from bot.domain.people import Platform
from bot.domain.pulses import State
from bot.errors import Misconfigured
from bot.ports.sending import Messenger
from bot.views import Refused
from storage.engine import open_engines
from storage.keys import KeyDirectory
from storage.store import match_keys
from tests.attack.thief import steal
from tests.fault.troubles import LEASE, Shaky
from tests.world import BATCH, BEFORE, CLOSES, DIGEST, OPENS, REMINDS, World, open_world, staff_list


@pytest.mark.parametrize("lands", [False, True])
async def test_a_message_in_doubt_is_looked_for_and_arrives_once(database: str, tmp_path: Path, lands: bool) -> None:  # noqa: FBT001
    """A platform that answers 503 to everything loses nobody their pulse, and sends nobody two."""
    shaky = Shaky(lands=lands)
    others: dict[Platform, Messenger] = {Platform.WEB: shaky}
    async with open_world(database, tmp_path, staff_list(4, 4), others) as world:
        await world.at(OPENS)
        shaky.broken = False
        await world.at(OPENS + LEASE)
        await world.at(OPENS + 3 * LEASE)
    assert sorted(to for to, _ in shaky.sent) == sorted([*(f"u{n}" for n in range(8)), "steward"])


async def test_a_look_that_fails_holds_up_nobody(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the platform cannot even be asked what arrived, a story is sent; afterwards nobody is asked twice."""
    shaky = Shaky()
    async with open_world(database, tmp_path, staff_list(4, 4), {Platform.WEB: shaky}) as world:
        await world.at(OPENS)
        shaky.broken = False
        with monkeypatch.context() as patch:
            patch.setattr(Shaky, "find", _no_answer)
            await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
            await world.at(OPENS + LEASE)
            assert [to for to, _ in shaky.sent if to == "general"] == ["general"]
        await world.at(OPENS + 3 * LEASE)
        await world.at(OPENS + 5 * LEASE)
    everybody = [*(f"u{n}" for n in range(8)), "steward", "general"]
    assert sorted(to for to, _ in shaky.sent) == sorted(everybody)


async def _no_answer(*_: object) -> None:
    raise ConnectionError("nobody there")


async def test_a_withdrawal_survives_edits_that_fail(tmp_path: Path) -> None:
    """An edit in doubt is made again, until the story is gone from the channel."""
    shaky = Shaky(broken=False, edits_fail=3)
    async with open_world(f"sqlite:///{tmp_path}/data/t.sqlite", tmp_path, None, {Platform.WEB: shaky}) as world:
        await world.ask("u5", "TellStory", text="Told", audience="organisation", named="yes")
        await world.at(BEFORE + timedelta(minutes=1))
        await world.ask("u5", "WithdrawStory", story=shaky.sent[-1][1].about)
        for minute in range(2, 30, 3):
            await world.at(BEFORE + timedelta(minutes=minute))
    assert "withdrawn" in shaky.edits[-1][1].title


async def test_the_second_story_of_a_digest_can_be_withdrawn_too(world: World) -> None:
    """A digest that was edited to show another story is edited again when that one goes."""
    await world.at(OPENS)
    for account in ("u5", "u6"):
        await world.ask(account, "TellStory", text=f"told by {account}", audience="organisation", named="yes")
    await world.at(DIGEST)
    for _ in range(2):
        shown = ([v for _, v in world.mailbox.edits if "what we said" in v.title] or world.mailbox.to("general"))[-1]
        teller = "u5" if "told by u5" in str(shown) else "u6"
        await world.ask(teller, "WithdrawStory", story=shown.about)
        await world.at(world.time[0] + timedelta(minutes=1))
    last = [view for _, view in world.mailbox.edits if "withdrawn" not in view.title]
    assert not last or "told by" not in str(last[-1])


async def test_one_broken_delivery_holds_up_nobody_and_is_not_repeated(tmp_path: Path) -> None:
    """A message that cannot be drawn is recorded as in doubt; all others go out."""
    shaky = Shaky(broken=False, poisoned="u3", looks=False)
    async with open_world(f"sqlite:///{tmp_path}/data/t.sqlite", tmp_path, None, {Platform.WEB: shaky}) as world:
        await world.at(OPENS)
        await world.at(OPENS + 2 * LEASE)
        assert shaky.tried.count("u3") == 1
        assert len(shaky.sent) == 27


async def test_nobody_is_written_to_at_night_after_a_break(world: World) -> None:
    """A service that comes back at two in the morning waits for eight."""
    night = (OPENS + timedelta(days=1)).replace(hour=2)
    await world.at(night)
    assert world.mailbox.sent == []
    await world.at(night.replace(hour=8))
    assert len(world.mailbox.sent) == 28


async def test_nobody_is_asked_and_reminded_in_one_breath(world: World) -> None:
    """A service that comes back on Wednesday asks, and reminds a day later at the earliest."""
    await world.at(REMINDS + timedelta(minutes=5))
    assert len(world.mailbox.sent) == 28
    await world.at(REMINDS + timedelta(hours=24, minutes=6))
    assert len(world.mailbox.sent) == 56


async def test_who_pauses_is_not_reminded(world: World) -> None:
    """What somebody was told when they paused is kept to, also for the pulse that is open."""
    await world.at(OPENS)
    await world.ask("u5", "SaveSettings", language="en", paused="yes")
    await world.at(REMINDS)
    assert len(world.mailbox.to("u5")) == 1
    assert len(world.mailbox.to("u6")) == 2


async def test_a_leader_who_looks_every_minute_learns_no_time(world: World) -> None:
    """Neither a thread nor an unnamed story is to be seen before its batch, in any list, digest or preview."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="zq listen")
    await world.ask("u5", "TellStory", text="zq told", audience="organisation")
    thread = (await steal(world))["threads"][0]["id"]
    for when in (OPENS, BATCH - timedelta(minutes=1)):
        world.time[0] = when
        assert "none" in str(await world.ask("u0", "MyThreads"))
        assert isinstance(await world.ask("u0", "ReadThread", thread=thread), Refused)
        assert "zq" not in str(await world.ask("u0", "ShowDigest"))
    await world.at(BATCH)
    assert "zq listen" in str(await world.ask("u0", "ReadThread", thread=thread))


async def test_a_leader_can_not_close_before_their_answer_has_arrived(world: World) -> None:
    """The answer would be lost with the way back, so the close has to wait for it."""
    await world.at(OPENS)
    await world.ask("u5", "OpenThread", body="Please listen")
    await world.at(BATCH)
    thread = (await steal(world))["threads"][0]["id"]
    await world.ask("u0", "SayInThread", thread=thread, body="We do")
    assert isinstance(await world.ask("u0", "CloseThread", thread=thread), Refused)
    await world.at(BATCH + timedelta(days=1))
    assert [view.title for view in world.mailbox.to("u5")].count("You have a reply") == 1
    assert not isinstance(await world.ask("u0", "CloseThread", thread=thread), Refused)


async def test_another_key_folder_is_refused_and_changes_nothing(world: World, tmp_path: Path) -> None:
    """A folder that is not mounted, or another one, stops the start: an open pulse must not look lost."""
    await world.at(OPENS)
    engines = open_engines(world.database)
    try:
        with pytest.raises(Misconfigured, match="not the key store"):
            await match_keys(engines, KeyDirectory.open(tmp_path / "other"))
    finally:
        await engines.dispose()
    assert (await world.pulse()).state is State.OPEN


async def test_a_small_teams_story_stays_in_the_team(world: World) -> None:
    """Without a name, a story for a team of three is refused instead of being shown to the whole organisation."""
    tiny = b"key,name,unit,parent_unit,web_id\nt1,A,Tiny,Council,t1\nt2,B,Tiny,Council,t2\nt3,C,Tiny,Council,t3\n"
    await import_people(world.product.store, world.organisation, tiny)
    refused = await world.ask("t1", "TellStory", text="zq for us three", audience="team")
    assert isinstance(refused, Refused)
    assert refused.field == "audience"
    await world.at(CLOSES)
    assert "zq" not in str(world.mailbox.sent)
