"""The names that commands and notices have on the wire: `python -m tests.names` adds new ones to the list.

Buttons stay in chats, deliveries in queues and posts in channels while the service is upgraded, and all go by these
names. So a name is never taken out of the list, and a test fails for one that nothing answers to any more.
"""

from __future__ import annotations

from pathlib import Path

from bot.composing import EditPost
from bot.routes import COMMANDS, NOTICES
from bot.wire import Message, by_name

LIST = Path(__file__).with_name("names.txt")


def known() -> set[str]:
    """Every name that was ever written down."""
    return set(LIST.read_text(encoding="utf-8").split())


def answered() -> set[str]:
    """Every name that this version answers to."""
    kinds: list[type[Message]] = [*COMMANDS, *NOTICES, EditPost]
    return set(by_name(kinds))


if __name__ == "__main__":
    LIST.write_text("\n".join(sorted(known() | answered())) + "\n", encoding="utf-8")
