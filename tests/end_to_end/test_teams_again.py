"""What comes to us from Teams a second time: the same envelope, press or form."""

from __future__ import annotations

import pytest

from tests.platforms.teams import LocalTeams
from tests.platforms.teams_toy import Running


async def test_same_envelope_is_handled_once(teams: LocalTeams, toy: Running) -> None:
    """An activity that comes again is answered without doing its work again; its name does not name the person."""
    ana = teams.visitor("ana")
    await ana.say("pulse once")
    await ana.post(*ana.sent[-1])
    assert (await ana.sees()).count("once") == 1
    assert all("ana" not in envelope for envelope in toy.store.envelopes)


@pytest.mark.usefixtures("toy")
async def test_press_and_form_that_come_again_change_nothing(teams: LocalTeams) -> None:
    """A press or a form that Teams sends twice is done once; the second answer is the first one again."""
    ana = teams.visitor("ana")
    await ana.say("help")
    await ana.press("4")
    again = await ana.post(*ana.sent[-1])
    assert again is not None
    assert again["value"]["speak"] == "Recorded. You can change it."
    await ana.say("story")
    await ana.fill({"words": "We closed it.", "unit": "s"})
    sent = {message.get("id") for message in teams.received}
    assert await ana.post(*ana.sent[-1]) is not None
    assert {message.get("id") for message in teams.received} == sent


@pytest.mark.parametrize("refused", [False, True])
async def test_form_that_is_submitted_again_is_done_once(teams: LocalTeams, toy: Running, *, refused: bool) -> None:
    """Who is told that the app cannot be reached presses again: that is a new activity of the same form.

    It is done once and answered by the same again; other words in the form that still stands are something else.
    """
    ana = teams.visitor("ana")
    await ana.say("story")
    if refused:
        await ana.fill({"words": "badword", "unit": "s"})
        await ana.fill({"words": "badword again"})
    standing = ana.dialog
    await ana.fill({"words": "read", "unit": "s"})
    answered = ana.dialog
    ana.dialog = standing
    await ana.fill({"words": "read", "unit": "s"})
    assert ana.dialog == answered
    assert ana.sent[-1][0]["id"] != ana.sent[-2][0]["id"]
    assert len(toy.store.envelopes) == 1
    ana.dialog = standing
    await ana.fill({"words": "read this too", "unit": "s"})
    assert len(toy.store.envelopes) == 2


@pytest.mark.usefixtures("toy")
async def test_form_that_is_opened_again_is_another(teams: LocalTeams) -> None:
    """The same words may be sent in twice from a form opened twice; shown again with a refusal, it is the same form."""
    ana = teams.visitor("ana")
    ids = []
    for _ in range(2):
        await ana.say("story")
        for words in ("badword", "another badword"):
            await ana.fill({"words": words, "unit": "s"})
            assert ana.dialog is not None
            ids.append(ana.dialog.card["actions"][0]["data"]["hd_form"]["id"])
    assert [ids[0] == ids[1], ids[1] == ids[2], ids[2] == ids[3]] == [True, False, True]
    assert all(len(each) == 32 for each in ids)
