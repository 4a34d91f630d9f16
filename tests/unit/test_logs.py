"""Logs that cannot betray."""

from __future__ import annotations

import ast
import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bot.domain.people import Identity, Platform
from bot.faults import OURS, log_failure
from bot.host.logs import FIELDS, QUIET, SafeFormatter, configure
from bot.recall import Recall
from tests.journal import logged

WORDS = "the manager shouts at Ann"
ALWAYS = {"time", "level", "logger", "event"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Give the root and the quiet loggers back as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*OURS, *QUIET)}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def line(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SafeFormatter().format(record))
    return found


def record(logger: str, message: object, *args: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger(logger).makeRecord(logger, logging.INFO, "f.py", 1, message, args, None, extra=extra)


def failing(words: str) -> NoReturn:
    raise ValueError(words)


def test_only_listed_fields_are_written() -> None:
    """Whatever a caller attaches, a line holds the time, level, logger, event and the fields of the list."""
    attached = {"pulse": "p1", "asked": 3, "person": "Ann", "body": WORDS, "user": "U1", "slot": b"s"}
    found = line(record("bot.features.pulses", "pulse.opened", **attached))
    assert found.keys() == ALWAYS | {"pulse", "asked"}
    assert (found["event"], found["level"], found["pulse"], found["asked"]) == ("pulse.opened", "info", "p1", 3)
    assert datetime.fromisoformat(found["time"]).utcoffset() is not None


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_listed_field_is_written(field: str) -> None:
    """Each field of the list comes through, so that the list is no longer than it must be."""
    assert line(record("bot.x", "event", **{field: "value"}))[field] == "value"


def attached() -> Iterator[tuple[str, str]]:
    """Every field that our code attaches to a line of the log, with the place where it does."""
    for part in OURS:
        for module in sorted((ROOT / part).rglob("*.py")):
            for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in LEVELS:
                    yield from ((f"{module.name}:{call.lineno}", name) for name in fields_of(call, module))


def fields_of(call: ast.Call, module: Path) -> list[str]:
    """The names in `extra`, which is written as a dictionary, or made by a function of the same module that is one."""
    [extra] = [word.value for word in call.keywords if word.arg == "extra"] or [ast.Dict([], [])]
    if isinstance(extra, ast.Call):
        name = getattr(extra.func, "id", "")
        [made] = [d for d in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if getattr(d, "name", "") == name]
        [extra] = [found.value for found in ast.walk(made) if isinstance(found, ast.Return) and found.value]
    assert isinstance(extra, ast.Dict), f"{module.name}:{call.lineno} attaches fields that nobody can check"
    return [str(ast.literal_eval(key)) for key in extra.keys if key]


def test_every_field_that_is_attached_is_listed_and_no_other() -> None:
    """What a line of the log was meant to say is said, the list is no longer than it must be, and hides no event."""
    found = list(attached())
    assert [place for place in found if place[1] not in FIELDS] == []
    assert FIELDS - {name for _, name in found} == set()
    assert FIELDS.isdisjoint(ALWAYS | {"trace"})


def test_a_field_that_json_does_not_know_does_not_break_the_line() -> None:
    """A value of any type is written as text, and the line stays JSON on one line."""
    written = SafeFormatter().format(record("bot.x", "event\nsecond", error=ValueError, status={1, 2} - {2}))
    assert written.count("\n") == 0
    assert json.loads(written)["error"] == "<class 'ValueError'>"


@pytest.mark.parametrize("logger", ["sqlalchemy.engine", "slack_sdk.web", "aiohttp.server", "botbuilder", "root"])
def test_a_library_s_message_is_cut_to_its_format(logger: str) -> None:
    """Arguments of a library's message are not filled in: they may be what somebody wrote."""
    found = line(record(logger, "sent %s to %r", WORDS, {"user": "Ann"}))
    assert found["event"] == "sent %s to %r"
    assert "Ann" not in json.dumps(found)


@pytest.mark.parametrize("logger", ["bot.delivery", "adapters.slack.client", "storage.store"])
def test_our_own_message_is_filled_in(logger: str) -> None:
    """What our own modules say is written in full: it is ours to keep harmless."""
    assert line(record(logger, "delivery.%s", "later"))["event"] == "delivery.later"


def test_a_library_that_is_called_almost_like_ours_is_not_ours() -> None:
    """Only whole first names count: `botbuilder` is not `bot`."""
    assert line(record("botocore", "%s", WORDS))["event"] == "%s"


def test_a_trace_holds_names_of_functions_and_no_values() -> None:
    """A failure is written as its type and the functions it went through, without its message or any source line."""
    try:
        failing(WORDS)
    except ValueError:
        info = sys.exc_info()
    log_failure = logging.LogRecord("bot.x", logging.ERROR, "f.py", 1, "worker.failed", None, info)
    found = line(log_failure)
    assert found["trace"][0] == "ValueError"
    assert [frame.partition(":")[0] for frame in found["trace"][1:]] == [
        "test_a_trace_holds_names_of_functions_and_no_values",
        "failing",
    ]
    assert all(frame.partition(":")[2].isdigit() for frame in found["trace"][1:])
    assert "manager" not in json.dumps(found)


def test_a_failure_says_where_it_was_in_our_own_code() -> None:
    """What broke below it is a library's; where nothing of ours took part there is no place, and never a message."""
    recall = Recall(lambda: failing(WORDS))
    through = partial(recall.find, Identity(Platform.TEAMS, "t", WORDS), WORDS)
    with logged() as written:
        ways: list[Callable[[], object]] = [through, partial(failing, WORDS)]
        for fail in ways:
            try:
                fail()
            except ValueError as error:
                log_failure(logging.getLogger("adapters.x"), "x.failed", error)
    lines = [json.loads(each) for each in written.getvalue().splitlines()]
    assert [(line["event"], line["error"]) for line in lines] == [("x.failed", "ValueError")] * 2
    assert [line["place"].rstrip("0123456789") for line in lines] == ["bot.recall:", ""]
    assert "manager" not in written.getvalue()


def test_the_causes_of_a_failure_are_not_written() -> None:
    """An error that was raised from another shows nothing of the other one's message."""
    try:
        try:
            failing(WORDS)
        except ValueError as error:
            raise RuntimeError(WORDS) from error
    except RuntimeError:
        info = sys.exc_info()
    found = line(logging.LogRecord("aiohttp.server", logging.ERROR, "f.py", 1, "Error handling request", None, info))
    assert found["trace"][0] == "RuntimeError"
    assert "manager" not in json.dumps(found)


def test_configured_logs_go_to_standard_output_one_json_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    """After `configure`, our lines and a library's warnings are printed as JSON; a library's chatter is not."""
    configure()
    logging.getLogger("bot.x").info("pulse.sealed", extra={"pulse": "p1", "person": "Ann"})
    logging.getLogger("slack_sdk.web").info("sending %s", WORDS)
    logging.getLogger("alembic.runtime.migration").info("Running %s", WORDS)
    logging.getLogger("a.library.nobody.thought.of").info("here I am %s", WORDS)
    logging.getLogger("slack_sdk.web").warning("failed for %s", WORDS)
    logging.getLogger("bot.x").debug("not now")
    out, err = capsys.readouterr()
    assert [json.loads(written)["event"] for written in out.splitlines()] == ["pulse.sealed", "failed for %s"]
    assert "Ann" not in out
    assert err == ""


def test_configuring_takes_the_place_of_other_handlers() -> None:
    """No second handler that was there before can write what ours leaves out."""
    logging.getLogger().addHandler(logging.StreamHandler())
    configure()
    configure()
    assert [type(handler.formatter) for handler in logging.getLogger().handlers] == [SafeFormatter]
