"""Logs that cannot betray: one JSON line an event, with fields from a list, and nothing else.

Only what is named in `FIELDS` is written, whatever a caller or a library attaches. Messages of libraries are cut to
their format string, because their arguments may hold what somebody wrote; traces are cut to the names of the
functions.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

from bot.faults import OURS, is_ours

FIELDS = frozenset(
    {"address", "asked", "database", "error", "notice", "organisation", "place", "planned", "platforms"}
    | {"public", "pulse", "status"}
)
"""Ids of organisations and pulses, numbers, and words of our own; never a person, a text, or an error's message.

`place` is a module and a line, `planned` an event of the week;
`address`, `public`, `platforms` and `database` say where the service listens and what it was told to use.
"""
UNSHOWN = "(not shown)"
QUIET = ("slack_bolt", "slack_sdk", "botbuilder", "botframework", "msrest", "urllib3", "sqlalchemy", "aiohttp.access")


class SafeFormatter(logging.Formatter):
    """A line with the time, the level, the event and the allowed fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
            **{name: value for name, value in vars(record).items() if name in FIELDS},
        }
        if record.exc_info and record.exc_info[1]:
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, default=str)


def configure(level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Write safe lines to a stream, standard output if none is given.

    The level is ours. Libraries speak only when something is wrong, and those in `QUIET` whatever else is set.
    """
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(SafeFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _event(record: logging.LogRecord) -> str:
    if is_ours(record.name):
        return record.getMessage()
    # Without arguments the message may have been filled in already, with anything.
    return str(record.msg) if record.args else UNSHOWN


def _trace(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [type(error).__name__, *(f"{frame.name}:{frame.lineno}" for frame in frames)]
