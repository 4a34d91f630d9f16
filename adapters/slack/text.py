"""Words on their way to Slack: never markup, never longer than there is room for, never empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

ELLIPSIS = "…"
NOTHING = "—"
# Characters that reverse or hide what stands beside them, so that words could pass for other words.
DECEIVING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x00, 0xFEFF])


def honest(text: str) -> str:
    """The text without characters that make it look like another one."""
    return text.translate(DECEIVING)


def clip(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis; a dash where there is none, because Slack takes no empty text."""
    kept = honest(text)
    kept = kept if kept.strip() else NOTHING
    return kept if len(kept) <= longest else kept[: longest - 1] + ELLIPSIS


def plain(text: str, longest: int) -> Json:
    """A text object in which nothing is markup."""
    return {"type": "plain_text", "text": clip(text, longest)}


def pieces(text: str, longest: int) -> Iterator[str]:
    """The whole text in parts that each fit, divided between words where that is possible."""
    rest = honest(text)
    while len(rest) > longest:
        space = max(rest.rfind(gap, longest // 2, longest) for gap in " \n")
        end = space + 1 if space > 0 else longest
        yield rest[:end]
        rest = rest[end:]
    if rest:
        yield rest


def escaped(text: str) -> str:
    """For the one place where Slack reads markup: what a notification says."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
