"""What a trustee types: a passphrase that nobody sees, when appointed and at every close."""

from __future__ import annotations

import warnings
from getpass import GetPassWarning

import pytest
from nacl import pwhash

import bot.cli.trustee
import bot.host.app
import storage.trustees
from bot.administration import only
from bot.domain.pulses import Pulse, State
from bot.host.app import Product
from storage.ballots import opening_key
from tests.terminal import Terminal
from tests.world import CLOSES, HEADER, MONDAY, OPENS

PASSPHRASE = "zq four quiet grey herons"
PEOPLE = f"{HEADER}\nk1,Ann,,Housing,Council,,,staff,en,,,,"


class Keyboard:
    """Types what it is told to, unseen."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.prompts: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    made = Keyboard()
    monkeypatch.setattr(bot.cli.trustee, "getpass", made)
    monkeypatch.setattr(storage.trustees, "PASSES", pwhash.argon2id.OPSLIMIT_MIN)
    monkeypatch.setattr(storage.trustees, "MEMORY", pwhash.argon2id.MEMLIMIT_MIN)
    return made


@pytest.fixture
def council(terminal: Terminal) -> Terminal:
    """A council with a programme."""
    terminal.does("organisation", "create", "Council")
    file = terminal.folder / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    terminal.does("import-people", file)
    terminal.does("programme", "start", "Change", "--goal", "Answer people", "--starts", f"{MONDAY:%Y-%m-%d}")
    return terminal


async def the_pulse(product: Product) -> Pulse:
    async with product.store.view() as tx:
        [programme] = await tx.programmes.list_all((await only(product.store)).id)
        found = await tx.pulses.current(programme.id)
    assert found is not None
    return found


def waiting(council: Terminal, keyboard: Keyboard) -> Pulse:
    keyboard.lines = [PASSPHRASE, PASSPHRASE]
    council.does("trustee", "appoint")
    council.now = OPENS
    council.does("pulse", "open")
    council.now = CLOSES
    return council.inside(the_pulse)


def test_a_trustee_closes_the_pulse(council: Terminal, keyboard: Keyboard) -> None:
    """The passphrase is asked for once, with the week of the pulse, and never printed; then the key is gone."""
    waiting(council, keyboard)
    keyboard.lines = [PASSPHRASE]
    out = council.does("pulse", "close")
    assert "16 November 2026" in keyboard.prompts[-1]
    assert "is closed, and its key destroyed" in out and PASSPHRASE not in out
    assert council.inside(the_pulse).state is State.SEALED
    assert council.does("pulse", "close").startswith("Done.")


def test_a_wrong_passphrase_is_one_sentence(council: Terminal, keyboard: Keyboard) -> None:
    """It ends with status 2 and says that nothing was changed; what was typed is not repeated."""
    waiting(council, keyboard)
    keyboard.lines = ["zq something else"]
    ran = council.run("pulse", "close")
    assert ran.status == 2 and "not the passphrase" in ran.err and "Nothing was changed" in ran.err
    assert "zq something" not in ran.out + ran.err
    assert council.inside(the_pulse).state is State.CLOSING


def test_a_lost_key_is_told_as_such(council: Terminal, keyboard: Keyboard) -> None:
    """With the right passphrase and no key, the terminal says that the answers are lost, and not that it was wrong."""
    pulse = waiting(council, keyboard)
    kept = council.keys / opening_key(pulse.id)
    kept.write_bytes(bytes(len(kept.read_bytes())))
    keyboard.lines = [PASSPHRASE]
    assert "are lost" in council.does("pulse", "close")
    assert council.inside(the_pulse).state is State.LOST


def test_a_forgotten_passphrase_can_be_given_up(council: Terminal, keyboard: Keyboard) -> None:
    """What waits is destroyed unread, once it is said that this is wanted; without anything waiting it says so."""
    pulse = waiting(council, keyboard)
    assert "given up" in council.does("pulse", "give-up", "--yes")
    assert council.inside(the_pulse).state is State.LOST
    assert not [key for key in council.keys.iterdir() if pulse.id in key.name]
    ran = council.run("pulse", "give-up", "--yes")
    assert ran.status == 2 and "nothing was changed" in ran.err


def test_two_that_differ_and_one_that_is_short_appoint_nobody(council: Terminal, keyboard: Keyboard) -> None:
    """Each is refused in a sentence, and there is still no trustee to dismiss."""
    keyboard.lines = [PASSPHRASE, PASSPHRASE + "!"]
    ran = council.run("trustee", "appoint")
    assert ran.status == 2 and "not the same" in ran.err
    keyboard.lines = ["too short", "too short"]
    ran = council.run("trustee", "appoint")
    assert ran.status == 2 and "at least 12 characters" in ran.err
    ran = council.run("trustee", "dismiss")
    assert ran.status == 2 and "no trustee" in ran.err


def test_a_trustee_is_dismissed_for_the_next_pulse(council: Terminal, keyboard: Keyboard) -> None:
    """An open pulse still needs its passphrase, and the words say so."""
    waiting(council, keyboard)
    assert "still needs the passphrase" in council.does("trustee", "dismiss")
    keyboard.lines = [PASSPHRASE]
    council.does("pulse", "close")
    assert council.inside(the_pulse).state is State.SEALED


def test_where_it_could_be_seen_no_passphrase_is_typed(
    council: Terminal, keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that would show what is typed, and one that nobody types at, are refused before anything is read."""

    def seen(_prompt: str) -> str:
        warnings.warn("cannot control echo", GetPassWarning, stacklevel=2)
        return PASSPHRASE

    for terminal in (keyboard, seen):
        monkeypatch.setattr(bot.cli.trustee, "getpass", terminal)
        ran = council.run("trustee", "appoint")
        assert ran.status == 2 and "typed unseen" in ran.err


def test_doctor_names_a_pulse_that_waits(
    council: Terminal, keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The finding says which week it is and what the trustee has to run."""
    waiting(council, keyboard)
    monkeypatch.setattr(bot.host.app, "now", lambda: CLOSES)
    assert "16 November 2026 waits for its trustee" in council.run("doctor").out
    monkeypatch.setattr(bot.host.app, "now", lambda: OPENS)
    assert "waits for its trustee" not in council.run("doctor").out
