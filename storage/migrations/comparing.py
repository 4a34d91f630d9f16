"""How Alembic compares the tables with a database, and writes down what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import DefaultClause, False_, True_

from storage.rows.base import Instant

YES_AND_NO = {"true": "1", "false": "0"}


def written(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """How something is written in a migration, where Alembic would write it otherwise.

    Our own types are written as what they are in the database: a migration must not change when our code does. A yes or
    no is written so that each database spells it, and not as the one spells it that was compared with.
    """
    match kind, item:
        case "type", Instant():
            return "sa.DateTime()"
        case "server_default", DefaultClause(arg=False_()):
            return "sa.false()"
        case "server_default", DefaultClause(arg=True_()):
            return "sa.true()"
        case _:
            return False


def another_default(
    _context: Any, _found: Any, _column: Any, found: str | None, _default: Any, rendered: str | None
) -> bool:
    """Whether a column's default in the database is another one than in the tables.

    The two databases spell the same one differently; asking PostgreSQL, as Alembic does, fails for JSON.
    """
    return _spelled(found) != _spelled(rendered)


def _spelled(default: str | None) -> str | None:
    """A default as we compare it: without its type, brackets and quotes."""
    if default is None:
        return None
    bare = default.split("::")[0].strip("()' ")
    return YES_AND_NO.get(bare.lower(), bare)


OPTIONS: Mapping[str, Any] = {
    "render_item": written,
    "compare_type": True,
    "compare_server_default": another_default,
    # SQLite changes a column only by copying its table. Triggers do not come with it: make them again.
    "render_as_batch": True,
}
