"""Files as they lie in folders of logs and backups, unpacked where that can be done."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bot.errors import HundredDaysError

UNPACKERS: dict[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".tgz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
CLOSED = (".zst", ".7z", ".rar", ".gpg", ".age", ".enc", ".lz4", ".br")
PIECE = 4 * 1024 * 1024
LONGEST = 4096


class Packed(HundredDaysError):
    """A file is packed or locked in a way that cannot be looked into."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's content. Raises `Packed` where it is locked or packed in a way we do not know."""
    if path.suffix in CLOSED:
        raise Packed(path.name)
    unpack = UNPACKERS.get(path.suffix)
    with unpack(path) if unpack else path.open("rb") as file:
        yield file


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file."""
    with opened(path) as file:
        for line in file:
            yield line.decode(errors="replace")


def pieces(path: Path) -> Iterator[bytes]:
    """The content a piece at a time; each begins with the end of the one before, so that nothing falls between."""
    if path.suffix == ".zip":
        yield from _zipped(path)
        return
    with opened(path) as file:
        yield from _overlapping(file)


def _zipped(path: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as file:
                    yield from _overlapping(file)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise Packed(path.name) from error


def _overlapping(file: IO[bytes]) -> Iterator[bytes]:
    end = b""
    while piece := file.read(PIECE):
        yield end + piece
        end = (end + piece)[-LONGEST:]
