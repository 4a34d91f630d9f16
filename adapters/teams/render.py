"""Views and forms as Adaptive Cards. What people wrote stands in TextRuns, where nothing is markup."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from adapters.teams import limits
from adapters.teams.elements import Pen, body_of, fitting, heading, label_of, run, whole_values
from adapters.teams.inputs import FORM, VERB, Kept, ask, emptied, unfilled
from adapters.teams.limits import clip
from adapters.teams.text import markdown, spoken, whole
from bot.views import Form, View

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
SHORTER = (limits.TEXT, 1_000, 250, 60)


def message(view: View) -> Json:
    """A view as an activity to send."""
    return activity(card(view), view.spoken())


def activity(content: Json, words: str) -> Json:
    """A card as an activity to send; `words` are what a notification says."""
    summary = clip(spoken(words), limits.SPOKEN)
    return {"type": "message", "summary": summary, "attachments": [attachment(content)]}


def attachment(content: Json) -> Json:
    """A card as the part of a message or of a dialog that holds it."""
    return {"contentType": CARD, "content": content}


def card(view: View, *, dialog: bool = False) -> Json:
    """A view as a card. Too much text is clipped, with an ellipsis where something is missing."""
    for longest in SHORTER:
        body = [*heading(view.title), *body_of(view.body, Pen(longest, dialog))]
        drawn = _card(body, view.spoken())
        if limits.size(drawn) <= limits.CARD_BYTES:
            return drawn
    return _card(fitting(body, limits.CARD_BYTES - limits.size(_card([], view.spoken()))), view.spoken())


def sentence(words: str) -> Json:
    """One sentence as a card: how the product says no."""
    return _card(run(clip(words, limits.TEXT)), words)


def form(asked: Form, opened: str = "") -> Json:
    """A form as the card of a dialog: what it says, its inputs, and one button that submits it.

    `opened` is an id for this opening of it: by that, what is submitted twice is known to come from one form.
    """
    inputs = list(chain.from_iterable(map(ask, asked.inputs)))
    for longest in SHORTER:
        words = body_of(asked.body, Pen(longest, dialog=True))
        drawn = _form(asked, [*words, *inputs], opened)
        if limits.size(drawn) <= limits.CARD_BYTES:
            return drawn
    left = limits.CARD_BYTES - limits.size(_form(asked, inputs, opened))
    return _form(asked, [*fitting(words, left // 2), *inputs], opened)


def _form(asked: Form, body: Sequence[Json], opened: str) -> Json:
    return submitted(Kept(asked.submit, asked.title, _given(asked), body, opened), asked.sends.name())


def submitted(form: Kept, verb: str) -> Json:
    """A card whose one action submits it. The form, left empty, travels with it, so that it can be shown again."""
    label, given = label_of(form.label), dict(form.given)
    kept = {
        "id": form.id,
        "label": label,
        "title": clip(whole(form.title), limits.TITLE),
        "given": given,
        "body": list(map(emptied, form.body)),
    }
    submit = {"type": "Action.Submit", "title": label, "style": "positive"}
    return {**_card(form.body, form.title), "actions": [{**submit, "data": {**given, VERB: verb, FORM: kept}}]}


def opener(title: str, verb: str, values: Json) -> Json:
    """A card whose one button opens a dialog: what a typed command gets when its answer is a form."""
    data = {**values, VERB: verb, "msteams": {"type": "task/fetch"}}
    opens = {"type": "Action.Submit", "id": "opener", "title": label_of(title), "style": "positive", "data": data}
    return _card([{"type": "ActionSet", "actions": [opens]}], title)


def _card(body: Sequence[Json], words: str) -> Json:
    said = clip(words, limits.SPOKEN)
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": limits.CARD_VERSION,
        "speak": spoken(said),
        "fallbackText": markdown(said),
        "body": list(body),
    }


def _given(asked: Form) -> Json:
    """What a submission holds besides what is filled in: the fixed values, and something for an input left out."""
    return {**{field.name: unfilled(field) for field in asked.inputs}, **whole_values(asked.fixed)}
