"""What was typed as a command, and which command was meant where a finger slipped."""

from __future__ import annotations

import pytest

from bot.features.home.commands import Home
from bot.features.home.handlers import MOST_CARRIED
from bot.features.pulses.commands import ShowPulse
from bot.features.stories.commands import StartStory
from bot.routes import HOME, TYPED, VERBS
from bot.typed import divided, meant
from bot.views import Ask, Note, Paragraph, Quote, Reply, Show, Strong, text
from bot.wire import Command
from tests.world import OPENS, World, buttons

AFTER_HOME = sorted(TYPED.keys() - {HOME})
KNOWN = sorted({*VERBS, *AFTER_HOME})


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("/story We did it ", ("story", "We did it")),
        ("  STORY\n We\ndid it", ("story", "We\ndid it")),
        ("/", ("", "")),
        ("", ("", "")),
        ("plan", ("plan", "")),
    ],
)
def test_the_first_word_is_the_command(said: str, parts: tuple[str, str]) -> None:
    """With or without a slash, in any letters, whatever space stands after it; the rest is kept as it was written."""
    assert divided(said) == parts


@pytest.mark.parametrize(
    ("word", "command"),
    [
        ("sotry", "story"),
        ("stroy", "story"),
        ("storry", "story"),
        ("stoy", "story"),
        ("pluse", "pulse"),
        ("speekup", "speakup"),
        ("setings", "settings"),
        ("settnigs", "settings"),
        ("gosodiada", "gosodiadau"),
        ("cynlun", "cynllun"),
    ],
)
def test_a_slip_of_the_finger_is_known(word: str, command: str) -> None:
    """A letter left out, doubled, changed or swapped, in either language's words."""
    assert meant(word, KNOWN) == command


@pytest.mark.parametrize(
    "word",
    ["", "sorry", "there", "where", "help", "my", "we", "please", "history", "speak", "hello", "store-room", "a"],
)
def test_an_ordinary_word_is_no_slip(word: str) -> None:
    """Somebody who writes a sentence to the bot is not asked whether they meant a command that sounds like it."""
    assert meant(word, set(KNOWN) - {"help"}) == ""


async def ask(world: World, words: str, account: str = "u5") -> Reply:
    await world.at(OPENS)
    return await world.ask(account, "Home", text=words)


async def test_a_misspelled_story_keeps_its_words(small_world: World) -> None:
    """It is asked what was meant; nothing was done yet, and the button does it with the very words."""
    reply = await ask(small_world, "/sotry we did it")
    assert isinstance(reply, Show) and not reply.understood
    assert reply.view.title == "Did you mean /story?"
    assert Quote("we did it") in reply.view.body
    [button] = buttons(reply.view)
    assert (button.label, button.sends) == ("Yes, /story", StartStory("we did it"))
    draft = await small_world.ask("u5", button.sends.name(), **button.sends.write())
    assert isinstance(draft, Show) and draft.view.body[0] == Quote("we did it")


async def test_it_is_asked_in_welsh_too(small_world: World) -> None:
    """Person 3 reads Welsh."""
    reply = await ask(small_world, "sotry", "u3")
    assert isinstance(reply, Show)
    assert "/story" in reply.view.title and "Did you" not in reply.view.title


async def test_more_words_than_a_button_carries_become_the_draft_at_once(small_world: World) -> None:
    """Nobody else sees a draft, and no word of it is lost."""
    long = "word " * (MOST_CARRIED // 5) + "end"
    reply = await ask(small_world, f"sotry {long}")
    assert isinstance(reply, Show) and reply.view.body[0] == Quote(long)
    assert reply.view.title == "Your draft"


@pytest.mark.parametrize("action", ["SpeakUp", "EditStory"])
async def test_a_form_is_opened_with_all_that_was_typed(small_world: World, action: str) -> None:
    """Also with more than may be sent: whoever wrote it shortens it, and not we."""
    long = "w" * 2500
    await small_world.at(OPENS)
    draft = await small_world.ask("u5", "StartStory", text=long)
    assert isinstance(draft, Show)
    story = buttons(draft.view)[0].sends.write()["story"]
    reply = await small_world.ask("u5", action, text=long, story=story)
    assert isinstance(reply, Ask)
    assert long in [field.value for field in reply.form.inputs if isinstance(field, Paragraph)]


async def test_words_for_a_leader_never_stand_in_a_message(small_world: World) -> None:
    """They go into the form, which says what was meant and has sent nothing; without words there is a button."""
    reply = await ask(small_world, "speekup the depot is cold")
    assert isinstance(reply, Ask)
    assert reply.form.body[0] == text(Strong("Did you mean /speakup?"))
    [field] = [field for field in reply.form.inputs if isinstance(field, Paragraph)]
    assert field.value == "the depot is cold"
    empty = await small_world.ask("u5", "Home", text="speekup")
    assert isinstance(empty, Show) and buttons(empty.view)[0].asks


@pytest.mark.parametrize(
    ("words", "title", "sends"),
    [
        ("pluse", "Did you mean /pulse?", ShowPulse()),
        ("setings", "Did you mean /100days settings?", Home("settings")),
        ("hree Housing", "Did you mean /100days here?", Home("here Housing")),
    ],
)
async def test_any_other_word_is_asked_about_too(small_world: World, words: str, title: str, sends: Command) -> None:
    """With what was typed after it."""
    reply = await ask(small_world, words)
    assert isinstance(reply, Show)
    assert (reply.view.title, buttons(reply.view)[0].sends) == (title, sends)
    assert isinstance(reply.view.body[-1], Note)


@pytest.mark.parametrize(
    ("words", "understood"), [("what is this", False), ("help", True), ("cymorth", True), ("", True)]
)
async def test_a_sentence_gets_the_help(small_world: World, words: str, understood: bool) -> None:  # noqa: FBT001
    """And it is said whether it was understood, so that a platform can leave the words where they are."""
    reply = await ask(small_world, words)
    assert isinstance(reply, Show)
    assert reply.understood is understood
    assert reply.view.title == ("What I can do" if words else "Hundred Days")


async def test_a_command_works_as_a_word_after_100days(small_world: World) -> None:
    """Somebody who types it that way is not shown the help in place of their draft."""
    reply = await ask(small_world, "story we did it")
    assert isinstance(reply, Show) and reply.view.body[0] == Quote("we did it")
    assert await ask(small_world, "pulse") == await small_world.ask("u5", "ShowPulse", text="")


@pytest.mark.parametrize("word", AFTER_HOME)
async def test_every_typed_command_is_looked_for(small_world: World, word: str) -> None:
    """Each slash command is known after /100days, and where it is misspelled it is asked for by its name."""
    known = await ask(small_world, word)
    assert known == await small_world.ask("u5", TYPED[word].name(), text="")
    slip = await ask(small_world, word[:-1])
    assert isinstance(slip, Show) and slip.view.title == f"Did you mean /{word}?"
