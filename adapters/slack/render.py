"""Views as Slack messages, home tabs and modals, within what Slack takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.slack import limits
from adapters.slack.blocks import Drawing, context, fitting, heading, packed
from adapters.slack.inputs import drawn
from adapters.slack.limits import Room
from adapters.slack.text import Json, clip, escaped, plain
from bot.views import Form, View

MODAL = "hd"
PRODUCT = "Hundred Days"
# A view has no language of its own, so this is said in both of ours.
SHORTENED = "… Shortened: this was too long for Slack. / Wedi'i fyrhau: roedd hwn yn rhy hir i Slack."


@dataclass(frozen=True, slots=True)
class Way:
    """The way back from a modal to the message it was opened from, if there was one.

    `opened` is when the address was given to us, in seconds. `step` counts the forms that were shown in one modal.
    """

    response_url: str = ""
    from_message: bool = False
    opened: int = 0
    step: int = 0


NOWHERE = Way()


def message(view: View) -> Json:
    """What a post, an edit or a private answer takes: the blocks, and the words for a notification."""
    return {"text": escaped(clip(view.spoken(), limits.SPOKEN)), "blocks": fit(_drawn(view), limits.MESSAGE)}


def home(view: View) -> Json:
    """The home tab."""
    return {"type": "home", "blocks": fit(_drawn(view), limits.PAGE)}


def modal(form: Form, way: Way = NOWHERE) -> Json:
    """A modal to fill in. What travels with it is the command's name, its fixed values and the way back."""
    blocks = _full_title(form.title) + Drawing().draw(form.body) + [block for i in form.inputs for block in drawn(i)]
    return {
        "type": "modal",
        "callback_id": MODAL,
        "title": plain(form.title, limits.MODAL_LABEL),
        "submit": plain(form.submit, limits.MODAL_LABEL),
        "close": plain(form.cancel, limits.MODAL_LABEL),
        "private_metadata": luggage(way, form.sends.name(), form.fixed),
        "blocks": fit(blocks or [context(form.title)], limits.PAGE),
    }


def closing(view: View, way: Way = NOWHERE) -> Json:
    """A modal that only shows something, for a place where no message can be left."""
    blocks = _full_title(view.title) + Drawing().draw(view.body)
    return {
        "type": "modal",
        "callback_id": MODAL,
        "title": plain(view.title or PRODUCT, limits.MODAL_LABEL),
        "private_metadata": luggage(way),
        "blocks": fit(blocks or [context(view.spoken())], limits.PAGE),
    }


def luggage(way: Way, action: str = "", fixed: Mapping[str, str] | None = None) -> str:
    """What a modal carries, unseen."""
    back = {"r": way.response_url, "m": int(way.from_message), "t": way.opened, "n": way.step}
    carried = {"a": action, "f": dict(fixed or {}), **back}
    return fitting(packed(carried), limits.METADATA)


def fit(blocks: list[Json], room: Room) -> list[Json]:
    """The blocks there is room for. What can be pressed stays; what is only said is cut from the end, and says so."""
    if len(blocks) <= room.blocks and sum(map(size, blocks)) <= room.characters:
        return blocks
    note = context(SHORTENED)
    pressed = [block for block in blocks if _is_pressed(block)]
    left = room.blocks - 1 - len(pressed)
    characters = room.characters - size(note) - sum(map(size, pressed))
    kept: list[Json] = []
    cut = -1
    for block in blocks:
        left -= not _is_pressed(block)
        characters -= 0 if _is_pressed(block) else size(block)
        if _is_pressed(block) or (cut < 0 and left >= 0 and characters >= 0):
            kept.append(block)
        elif cut < 0:
            cut = len(kept)
    kept.insert(cut, note)
    return kept[: room.blocks]


def size(node: object) -> int:
    """How many characters of text there are in a block."""
    match node:
        case {"text": str(text), **rest}:
            return len(text) + size(rest)
        case dict():
            return sum(map(size, node.values()))
        case list():
            return sum(map(size, node))
        case _:
            return 0


def _is_pressed(block: Json) -> bool:
    return block["type"] in {"actions", "input"}


def _drawn(view: View) -> list[Json]:
    """Slack takes nothing without a block, so what has none says its one line."""
    return heading(view.title) + Drawing().draw(view.body) or [context(view.spoken())]


def _full_title(title: str) -> list[Json]:
    return heading(title) if len(title) > limits.MODAL_LABEL else []
