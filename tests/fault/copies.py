"""How a database takes the place of another: a file, or a database of a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from tests.conftest import Databases, address, apart, command


@dataclass(frozen=True, slots=True)
class Copies:
    """Databases of names of their own. Nobody may be connected to one that is copied or replaced."""

    folder: Path
    server: str = ""

    def url(self, name: str) -> str:
        """The address of a database of this name."""
        return address(self.server, name) if self.server else f"sqlite:///{self.folder}/{name}.sqlite"

    async def copy(self, source: str, target: str) -> None:
        """Make one like another, in place of what was there."""
        await self.drop(target)
        if self.server:
            await command(self.server, f"CREATE DATABASE {target} TEMPLATE {source} STRATEGY FILE_COPY")
        else:
            shutil.copyfile(self.folder / f"{source}.sqlite", self.folder / f"{target}.sqlite")

    async def drop(self, name: str) -> None:
        if self.server:
            await command(self.server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        else:
            for part in self.folder.glob(f"{name}.sqlite*"):
                part.unlink()


@contextmanager
def copies_of(databases: Databases, folder: Path) -> Iterator[tuple[Copies, str]]:
    """Copies in this folder or on this server, and the name of an empty one that is thrown away in the end."""
    copies, name = Copies(folder, databases.server), f"c{token_hex(6)}"
    if databases.server:
        apart(copies.copy(databases.folder.name, name))
    else:
        shutil.copyfile(databases.folder / "empty.sqlite", folder / f"{name}.sqlite")
    try:
        yield copies, name
    finally:
        apart(copies.drop(name))
