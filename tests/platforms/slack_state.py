"""What a workspace holds: messages, private answers, modals and home tabs, and what a press may still be used for."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count

from tests.platforms.slack_lint import Json

TRIGGER_SECONDS = 3.0
RESPONSE_USES = 5
RESPONSE_SECONDS = 30 * 60
STACK = 3
SHOWN = ("title", "text", "fields", "label", "hint", "elements", "element", "initial_value", "options", "option_groups")


@dataclass
class Item:
    """A message, or a private answer that only `only_for` sees."""

    order: int
    channel: str
    ts: str
    payload: Json
    only_for: str = ""


@dataclass
class Modal:
    """A modal that somebody has open, with what they typed and what was refused."""

    id: str
    view: Json
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Trigger:
    user: str
    made: float
    used: bool = False

    def spend(self) -> bool:
        fresh = not self.used and time.monotonic() - self.made < TRIGGER_SECONDS
        self.used = True
        return fresh


@dataclass
class ResponseUrl:
    user: str
    channel: str
    made: float
    item: Item | None = None
    uses: int = 0


@dataclass
class Workspace:
    """The state behind a local Slack."""

    items: list[Item] = field(default_factory=list)
    modals: dict[str, list[Modal]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[str, Json] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))
    changes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def change(self, user: str) -> None:
        """Note that this person sees something new."""
        self.changes[user] += 1
        self.changed.set()
        self.changed = asyncio.Event()

    async def change_after(self, user: str, before: int) -> None:
        """Wait until this person sees something new."""
        while self.changes[user] == before:
            await self.changed.wait()

    def put(self, channel: str, payload: Json, seconds: float, only_for: str = "") -> Item:
        number = next(self.numbers)
        item = Item(number, channel, f"{int(seconds)}.{number:06d}", payload, only_for)
        self.items.append(item)
        return item

    def at(self, channel: str, ts: str) -> Item | None:
        return next((i for i in self.items if (i.channel, i.ts) == (channel, ts) and not i.only_for), None)

    def seen_by(self, user: str, channel: str = "") -> list[Item]:
        """The person's direct messages, private answers and the channel they are in, oldest first."""
        places = {direct(user), channel}
        return [item for item in self.items if item.only_for == user or (item.channel in places and not item.only_for)]

    def trigger(self, user: str) -> str:
        name = f"trigger.{next(self.numbers)}"
        self.triggers[name] = Trigger(user, time.monotonic())
        return name

    def response_url(self, user: str, channel: str, item: Item | None = None) -> str:
        name = f"response{next(self.numbers)}"
        self.response_urls[name] = ResponseUrl(user, channel, time.monotonic(), item)
        return name

    def modal(self, view: Json) -> Modal:
        return Modal(f"V{next(self.numbers)}", view)

    def open_modals(self) -> list[tuple[str, Modal]]:
        return [(user, modal) for user, stack in self.modals.items() for modal in stack]


def shown(node: object) -> str:
    """Every word that is drawn of blocks or of a view, a line a text."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "\n".join(filter(None, map(shown, node)))
    if not isinstance(node, dict):
        return ""
    if str(node.get("type", "")).startswith("rich_text_"):
        return "".join(run["text"] for run in node["elements"])
    return "\n".join(filter(None, (shown(node.get(key)) for key in (*SHOWN, "blocks", "submit", "close"))))


def direct(user: str) -> str:
    """The conversation between a person and the bot."""
    return f"D{user}"
