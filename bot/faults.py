"""What a failure may tell a log: what kind it is and where in our code it came through, and none of what was said."""

from __future__ import annotations

import logging
import traceback

OURS = ("bot", "adapters", "storage")


def log_failure(log: logging.Logger, event: str, error: BaseException) -> None:
    """Log what went wrong and where in our own code, and none of what was said."""
    log.error(event, extra={"error": type(error).__name__, "place": _place(error)})


def is_ours(name: str) -> bool:
    """Whether a module or a logger is part of the product."""
    return name.partition(".")[0] in OURS


def _place(error: BaseException) -> str:
    """The last module of ours that the error came through, and the line in it. A library's own would tell us little."""
    frames = [(frame.f_globals.get("__name__", ""), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [f"{module}:{line}" for module, line in frames if is_ours(module)]
    return ours[-1] if ours else ""
