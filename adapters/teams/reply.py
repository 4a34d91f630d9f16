"""Replies as Teams takes them: the body of an invoke's answer, a private message, or a message put in place of another.

Nothing is ever said where others would see it. What a form said, or what was typed in it, stays in the dialog.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, assert_never

from adapters.teams import limits, render
from adapters.teams.inbound import Heard, Kind
from adapters.teams.inputs import HELD, refilled
from adapters.teams.limits import clip
from adapters.teams.text import spoken
from bot.domain.ids import new_id
from bot.views import Ask, Done, Form, Refused, Replace, Reply, Show
from bot.words import N_, Words

Json = dict[str, Any]
WORDS = "application/vnd.microsoft.activity.message"
DONE = N_("That is done.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. `private` is a new message to the person alone; `instead` replaces the one they pressed on.

    An invoke always has a `body`, and nothing else has one.
    """

    body: Json | None = None
    private: Json | None = None
    instead: Json | None = None


def answer(heard: Heard, reply: Reply, t: Words) -> Answer:
    """The reply in the shape that this kind of activity must be answered in.

    `t` is for where the reply has no words and Teams must have some: it calls an empty answer to a press a failure.
    """
    match heard.kind:
        case Kind.TYPED | Kind.INSTALLED | Kind.PRESSED:
            return _to_message(heard, reply)
        case Kind.EXECUTED:
            return _to_press(heard, reply, t(DONE))
        case Kind.OPENED | Kind.SUBMITTED:
            return _to_dialog(heard, reply, t(DONE))
        case _:
            assert_never(heard.kind)


def unsent(said: Answer, why: str) -> Json:
    """The body of an answer to an invoke whose message did not go out, or did not change."""
    match said.body:
        case {"task": {"type": "message", "value": str(words)}}:
            return _closing(f"{words} {why}")
        case _:
            return _executed(WORDS, why)


def _to_message(heard: Heard, reply: Reply) -> Answer:
    match reply:
        case Replace(view) if heard.kind is Kind.PRESSED and heard.personal and heard.message:
            return Answer(instead=render.message(view))
        case Show(view) | Replace(view):
            return Answer(private=render.message(view))
        case Ask(form):
            return Answer(private=_opener(heard, form))
        case Refused(why):
            return Answer(private=render.activity(render.sentence(why), why))
        case Done():
            return Answer()
        case _:
            assert_never(reply)


def _to_press(heard: Heard, reply: Reply, done: str) -> Answer:
    """The answer to Action.Execute. Only the person who pressed sees a card that it brings, even in a channel."""
    match reply:
        case Replace(view):
            return Answer(_executed(render.CARD, render.card(view)))
        case Show(view):
            return Answer(_executed(WORDS, view.spoken() or done), private=render.message(view))
        case Ask(form):
            return Answer(_executed(WORDS, form.title or done), private=_opener(heard, form))
        case Refused(why):
            return Answer(_executed(WORDS, why))
        case Done():
            return Answer(_executed(WORDS, done))
        case _:
            assert_never(reply)


def _to_dialog(heard: Heard, reply: Reply, done: str) -> Answer:
    match reply:
        case Ask(form):
            return Answer(_dialog(form.title, render.form(form, new_id())))
        case Replace(view) if heard.kind is Kind.SUBMITTED and heard.personal and heard.message:
            return Answer(_closing(view.spoken() or done), instead=render.message(view))
        case Show(view) | Replace(view):
            return Answer(_dialog(view.title, render.card(view, dialog=True)))
        case Refused(why, field):
            return Answer(_again(heard, why, field) or _closing(why))
        case Done():
            return Answer({} if heard.kind is Kind.SUBMITTED else _closing(done))
        case _:
            assert_never(reply)


def _again(heard: Heard, why: str, field: str) -> Json | None:
    """The form that was submitted, with what was typed kept and what is wrong beside it, if it came along."""
    kept = heard.kept
    if kept is None:
        return None
    card = render.submitted(replace(kept, id=kept.id or new_id()), heard.request.action)
    shown = {**card, "body": refilled(kept.body, heard.request.values, why, field)}
    return _dialog(kept.title, shown) if limits.size(shown) <= limits.CARD_BYTES else None


def _opener(heard: Heard, form: Form) -> Json:
    """A card whose button opens the form: the same request again, this time from a press.

    What a button sent goes into the new button. What was typed does not: it waits with us, under the envelope's name.
    """
    typed = heard.kind is Kind.TYPED
    values = {HELD: heard.request.envelope} if typed else dict(heard.request.values)
    card = render.opener(form.title, heard.request.action, values)
    return render.activity(card, form.title)


def _executed(kind: str, value: Json | str) -> Json:
    said = spoken(clip(value, limits.TEXT)) if isinstance(value, str) else value
    return {"statusCode": 200, "type": kind, "value": said}


def _dialog(title: str, card: Json) -> Json:
    look = {"title": clip(spoken(title), limits.DIALOG_TITLE), "width": "medium", "height": "large"}
    return {"task": {"type": "continue", "value": {**look, "card": render.attachment(card)}}}


def _closing(words: str) -> Json:
    return {"task": {"type": "message", "value": spoken(clip(words, limits.TEXT))}}
