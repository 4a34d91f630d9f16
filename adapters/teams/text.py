"""Words made safe to stand in an Adaptive Card: never a link, a mention, a date macro or a heading."""

from __future__ import annotations

import re

JOINER = "\u2060"
INVISIBLE = dict.fromkeys([0, 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
MARKUP = re.compile(r"([\\`*_\[\]()<>&~|!])")
LIST = re.compile(r"^(\s*)([#+\-=>]|\d+[.)])", re.MULTILINE)
SCHEME = re.compile(r":(?=//)")
MACRO = re.compile(r"\{(?=\{)")


def whole(words: str) -> str:
    """The words without half characters, which cannot be sent."""
    return words.encode("utf-8", "replace").decode()


def clean(words: str) -> str:
    """The words without half characters, NUL, and marks that turn the direction of what stands beside them."""
    return whole(words).translate(INVISIBLE)


def plain(words: str) -> str:
    """Words for a place without Markdown, such as a TextRun: only `{{DATE()}}` has a meaning there, and loses it."""
    return MACRO.sub("{" + JOINER, clean(words))


def soft(words: str) -> str:
    """Words for a label, where some clients read Markdown and others do not: no link or tag can come of it."""
    return plain(words).replace("](", f"]{JOINER}(").replace("<", f"<{JOINER}")


def markdown(words: str) -> str:
    """Words for a TextBlock, where Markdown is alive: every mark of it is escaped."""
    escaped = MARKUP.sub(r"\\\1", " ".join(plain(words).split("\n")))
    return SCHEME.sub(r"\\:", LIST.sub(_escaped_start, escaped))


def spoken(words: str) -> str:
    """Words for a screen reader or a notification: one line that cannot be taken for speech markup."""
    return " ".join(plain(words).replace("<", " ").replace(">", " ").split())


def _escaped_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark[:-1]}\\{mark[-1]}"
