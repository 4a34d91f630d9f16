"""What a steward types for digests."""

from __future__ import annotations

from tests.terminal import Terminal
from tests.unit.cli_council import everybody_answers, some_answer
from tests.world import CLOSES, DIGEST, OPENS


def test_before_the_first_close_there_is_no_digest(council: Terminal) -> None:
    """The preview says when the first one comes, and is no failure."""
    assert "There is no digest yet" in council.does("digest", "--preview")


def test_the_digest_is_previewed_and_then_sent_once(council: Terminal) -> None:
    """After the close the preview shows it and sends nothing; on Friday it is posted to its channel, once."""
    council.now = OPENS
    council.does("pulse", "open")
    council.inside(everybody_answers)
    council.now = CLOSES
    council.does("pulse", "close")
    council.mailbox.sent.clear()
    whole = council.does("digest", "--preview")
    assert whole.startswith("Council: what we said") and "% agree" in whole
    housing = council.does("digest", "--preview", "--unit", "Housing")
    assert housing.startswith("Housing: what we said") and "% agree" in housing
    early = council.run("digest", "send")
    assert early.status == 2 and "nothing to digest now" in early.err
    assert council.mailbox.sent == []
    council.now = DIGEST
    for _ in range(2):
        assert council.does("digest", "send").startswith("Done.")
    [digest] = council.mailbox.to("general")
    assert "% agree" in str(digest)


def test_a_small_unit_s_digest_tells_nothing_by_preview(council: Terminal) -> None:
    """Of four answers nothing is shown on the command line either, nor what would tell them by subtraction."""
    council.now = OPENS
    council.does("pulse", "open")
    council.inside(some_answer)
    council.now = CLOSES
    council.does("pulse", "close")
    for unit in ("Roads", "Housing"):
        assert "agree, of" not in council.does("digest", "--preview", "--unit", unit)


def test_an_unknown_unit_has_no_digest(council: Terminal) -> None:
    """The name that was typed is said back."""
    ran = council.run("digest", "--preview", "--unit", "Parks")
    assert (ran.status, ran.out) == (2, "")
    assert "There is no unit called Parks." in ran.err


def test_digest_alone_explains_itself(terminal: Terminal) -> None:
    """Without a word on what to do with it, the help is shown and nothing happens."""
    ran = terminal.run("digest")
    assert ran.status == 2
    assert "--preview" in ran.out and "send" in ran.out
