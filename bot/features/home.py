"""The front door: help, the goal card, my settings, and where news is posted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot import typed
from bot.core import Call, Handler
from bot.domain.ids import new_id
from bot.domain.people import Role
from bot.domain.programmes import Programme, of_today
from bot.entries import (
    ChangeSettings,
    Home,
    MyData,
    MyStories,
    MyThreads,
    OpenPage,
    ShowDigest,
    ShowPulse,
    SpeakUp,
    StartStory,
)
from bot.errors import NotFound, Refusal
from bot.ports.channels import Channel
from bot.views import (
    Ask,
    Button,
    Buttons,
    Choice,
    Element,
    Fields,
    Form,
    Heading,
    Note,
    Option,
    Quote,
    Reply,
    Show,
    Strong,
    Style,
    Tick,
    View,
    text,
)
from bot.wire import Command, Flag
from bot.words import LANGUAGES, N_

Verb = Callable[[str, Call], Awaitable[Reply]]
BOTH = "both"
MEANT = N_("Did you mean {command}?")
IN_THE_FORM = N_("Please write it in the form that opens: what is typed in a chat stays there, under your name.")
MOST_CARRIED = 900
"""How many characters a button carries on every platform."""
NOT_A_CHANNEL = N_("Please say this in the channel where the news is to appear.")
UNKNOWN_UNIT = N_("There is no unit called {name}. The units are: {units}.")
STEWARDS_ONLY = N_("Only the programme's stewards can do that.")
UNKNOWN_LANGUAGE = N_("Please choose one of the languages offered.")


@dataclass(frozen=True, slots=True)
class SaveSettings(Command):
    """My language, and whether I want to be asked."""

    language: str
    paused: Flag = Flag.NO


def front_door(others: Mapping[str, Verb], commands: Mapping[str, tuple[type[Command], Handler]]) -> Handler:
    """What answers /100days: the word after it says what for, and so does a command without its slash.

    `others` are words that other features answer; each is called with what was typed after it. `commands` are the
    typed commands and their handlers. For a slip of the finger it asks what was meant; anything else gets the help.
    """

    async def home(command: Home, call: Call) -> Reply:
        said = {name: _as_verb(*known, command.shown) for name, known in commands.items()}
        verbs = {**VERBS, **others, **said}
        word, rest = typed.divided(command.text)
        if word in verbs:
            return await verbs[word](rest, call)
        meant = typed.meant(word, verbs)
        if not meant:
            return Show(_what_i_can_do(call), understood=False)
        kind = commands[meant][0] if meant in commands else None
        if (rest and kind is SpeakUp) or len(rest) > MOST_CARRIED:
            return _asking_first(await verbs[meant](rest, call), meant, call)
        sends = _read(kind, rest, command.shown) if kind else Home(f"{meant} {rest}".strip())
        return Show(_did_you_mean(meant, sends, rest, call), understood=False)

    return home


def _read(kind: type[Command], rest: str, shown: Flag) -> Command:
    """A typed command with what was typed after it, and whether that stands in a chat under a name."""
    return kind.read({"text": rest, "shown": shown})


def _as_verb(kind: type[Command], handler: Handler, shown: Flag) -> Verb:
    """A typed command as a word after /100days."""

    async def verb(rest: str, call: Call) -> Reply:
        return await handler(_read(kind, rest, shown), call)

    return verb


async def change_settings(_command: ChangeSettings, call: Call) -> Reply:
    """The settings as they are."""
    return await _settings("", call)


async def save_settings(command: SaveSettings, call: Call) -> Reply:
    """Keep the settings, and say so in the language that was just chosen."""
    if command.language not in LANGUAGES:
        raise Refusal(UNKNOWN_LANGUAGE, field="language")
    changed = replace(call.person, language=command.language, paused=command.paused is Flag.YES)
    await call.tx.people.save_settings(changed)
    t = call.words.instead(command.language)
    paused = N_("You will not be asked anything until you change this again.")
    asked = N_("You will be asked when the next pulse opens.")
    return Show(View(t(N_("Your settings are saved")), (text(t(paused if changed.paused else asked)),)))


# A word each


async def _front_page(_rest: str, call: Call) -> Reply:
    t = call.words
    programme = await _running(call)
    title = t(N_("Hundred Days"))
    body: list[Element] = [*_goal_card(programme, call)] if programme else []
    body += [_doors(call), Note(t(N_("Nobody can find out who said what. Everybody can see what was done about it.")))]
    return Show(View(title, tuple(body)))


async def _help(_rest: str, call: Call) -> Reply:
    return Show(_what_i_can_do(call))


def _what_i_can_do(call: Call) -> View:
    t = call.words
    lines = (
        ("/pulse", N_("the questions that are open now")),
        ("/story", N_("tell a story of change; words after it become a draft")),
        ("/speakup", N_("write to a leader, with or without your name")),
        ("/100days plan", N_("what this is for, and when")),
        ("/100days settings", N_("your language; stop or start being asked")),
        ("/100days my data", N_("what is held about you")),
    )
    body = tuple(text(Strong(command), ": ", t(words)) for command, words in lines)
    return View(t(N_("What I can do")), (*body, _doors(call)))


async def _plan(_rest: str, call: Call) -> Reply:
    t = call.words
    programme = await _running(call)
    if programme is None:
        return Show(View(t(N_("No programme is running at the moment."))))
    rhythm = programme.rhythm
    days = [t.weekday(slot.day) for slot in (rhythm.opens, rhythm.reminds, rhythm.closes, rhythm.digest)]
    times = [slot.at.strftime("%H:%M") for slot in (rhythm.opens, rhythm.reminds, rhythm.closes, rhythm.digest)]
    names = (N_("A pulse opens"), N_("One reminder"), N_("It closes"), N_("The digest is posted"))
    week = Fields(tuple((t(name), f"{day}, {at}") for name, day, at in zip(names, days, times, strict=True)))
    return Show(View(t(N_("The plan")), (*_goal_card(programme, call), Heading(t(N_("Every week"))), week)))


async def _settings(_rest: str, call: Call) -> Reply:
    t = call.words
    options = tuple(Option(code, name) for code, name in LANGUAGES.items())
    inputs = (
        Choice("language", t(N_("Language")), options, call.person.language),
        Tick("paused", t(N_("Do not ask me anything for now")), call.person.paused),
    )
    return Ask(Form(t(N_("My settings")), SaveSettings, inputs, t(N_("Save")), t(N_("Cancel"))))


async def _use_channel(rest: str, call: Call) -> Reply:
    """`here`, `here Housing`, `here Housing cy` or `here Housing both`: post a unit's news in this channel."""
    if call.person.role is not Role.STEWARD:
        raise NotFound(STEWARDS_ONLY)
    if call.place is None or call.place.personal:
        raise Refusal(NOT_A_CHANNEL)
    name, languages = _languages(rest)
    tree = await call.tx.people.tree(call.organisation.id)
    unit = next((u for u in tree.units.values() if u.name.casefold() == name.casefold()), None) if name else tree.root
    if unit is None:
        names = ", ".join(u.name for u in tree.units.values())
        raise Refusal(UNKNOWN_UNIT, values={"name": name, "units": names})
    await call.tx.channels.connect(Channel(new_id(), call.organisation.id, unit.id, call.place, languages))
    return Show(View(call.words(N_("The digests and stories of {unit} will appear in this channel."), unit=unit.name)))


VERBS: Mapping[str, Verb] = {
    "": _front_page,
    "plan": _plan,
    "cynllun": _plan,
    "settings": _settings,
    "gosodiadau": _settings,
    "here": _use_channel,
    "yma": _use_channel,
    "help": _help,
    "cymorth": _help,
    "?": _help,
}

# What it looks like


def _did_you_mean(meant: str, sends: Command, rest: str, call: Call) -> View:
    """The question, and a button that does what was meant with the words that were typed after it."""
    t, spelled = call.words, f"/100days {meant}" if isinstance(sends, Home) else f"/{meant}"
    asks = isinstance(sends, SpeakUp | StartStory) and not rest
    button = Button(t(N_("Yes, {command}"), command=spelled), sends, Style.PRIMARY, asks=asks)
    body: list[Element] = [Quote(rest)] if rest else []
    if isinstance(sends, SpeakUp):
        body.append(text(t(IN_THE_FORM)))
    body += [Buttons((button,)), Note(t(N_("Nothing was done yet. /100days help says what else there is.")))]
    return View(t(MEANT, command=spelled), tuple(body))


def _asking_first(reply: Reply, meant: str, call: Call) -> Reply:
    """What was meant, where it only asks: a form sends nothing by itself, and keeps what was typed out of the chat."""
    if not isinstance(reply, Ask):
        return reply
    note = call.words(MEANT, command=f"/{meant}")
    return Ask(replace(reply.form, body=(text(Strong(note)), *reply.form.body)))


def _goal_card(programme: Programme, call: Call) -> tuple[Element, ...]:
    t = call.words
    day = t(N_("Day {day} of {days}"), day=programme.day(call.today), days=programme.days)
    rows = [(t(N_("Goal")), programme.goal), (t(N_("Began")), t.day(programme.starts))]
    rows += [(t(N_("How we shall know")), measure) for measure in programme.measures]
    return (Heading(f"{programme.name}: {day}"), Fields(tuple(rows)))


def _doors(call: Call) -> Buttons:
    t = call.words
    staff = (
        Button(t(N_("My pulse")), ShowPulse(), Style.PRIMARY),
        Button(t(N_("Tell a story")), StartStory(), asks=True),
        Button(t(N_("Speak up")), SpeakUp(), asks=True),
        Button(t(N_("My stories")), MyStories()),
        Button(t(N_("My conversations")), MyThreads()),
        Button(t(N_("My settings")), ChangeSettings(), asks=True),
        Button(t(N_("What is held about you")), MyData()),
    )
    digest = (Button(t(N_("Latest digest")), ShowDigest()),) if call.person.role is not Role.STAFF else ()
    page = (Button(t(N_("Open in the browser")), OpenPage()),) if call.pages else ()
    return Buttons((*staff, *digest, *page))


def _languages(rest: str) -> tuple[str, tuple[str, ...]]:
    """The name and the languages after `here`. English, unless it ends in a language or in `both` (Welsh first)."""
    name, _, last = rest.rpartition(" ")
    if last == BOTH:
        return name.strip(), ("cy", "en")
    return (name.strip(), (last,)) if last in LANGUAGES else (rest, ("en",))


async def _running(call: Call) -> Programme | None:
    return of_today(await call.tx.programmes.list_all(call.organisation.id), call.today)
