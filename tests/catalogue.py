"""The catalogue of sentences: what the code says, and the Welsh file kept in step with it.

`python -m tests.catalogue` brings `bot.po` up to date: translations stay, new sentences come in empty, and those
that are said no longer go. The same sentences give the same file, on every machine and every day.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
WELSH = ROOT / "bot" / "locale" / "cy" / "LC_MESSAGES" / "bot.po"
SAID_IN = ("bot", "adapters")
WIDTH = 120
# Which argument of which call is a sentence; "c" is its context.
Keywords = Mapping[str, tuple[int | tuple[int, str], ...]]
PYTHON: Keywords = {"N_": (1,), "NC_": ((1, "c"), 2), "NNC_": ((1, "c"), 2, 3), "many": (1, 2)}
TEMPLATE: Keywords = {"t": (1,)}
METHODS = {".py": ("python", PYTHON), ".html": ("jinja2.ext:babel_extract", TEMPLATE)}
# Headers that would change with every run, or that say nothing.
IDLE_HEADERS = (
    "POT-Creation-Date",
    "PO-Revision-Date",
    "Report-Msgid-Bugs-To",
    "Last-Translator",
    "Language-Team",
    "Generated-By",
)


def extracted(root: Path = ROOT) -> Catalog:
    """Every sentence that the product says, with the files that say it, in the order of files and lines."""
    catalogue = Catalog(fuzzy=False)
    for source in _sources(root):
        method, keywords = METHODS[source.suffix]
        for line, said, _, context in extract_from_file(method, source, keywords=keywords):
            catalogue.add(said, locations=[(source.relative_to(root).as_posix(), line)], context=context)
    return catalogue


def welsh(file: Path = WELSH) -> Catalog:
    """The Welsh catalogue as it stands in its file."""
    return read_po(io.BytesIO(file.read_bytes()), locale="cy")


def translations(message: Message) -> tuple[str, ...]:
    """What a message is in the other language, in all its forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences that lack a translation, in any of their forms."""
    return [named(message) for message in sentences(catalogue) if not all(translations(message) or [""])]


def sentences(catalogue: Catalog) -> Iterator[Message]:
    """Every message but the header."""
    return (message for message in catalogue if message.id)


def english(message: Message) -> str:
    """The sentence itself; the singular where it depends on a number."""
    return message.id if isinstance(message.id, str) else message.id[0]


def named(message: Message) -> str:
    """The sentence with its context, if it has one: no two sentences of a catalogue have this in common."""
    return f"{english(message)} [{message.context}]" if message.context else english(message)


def lacking(catalogue: Catalog, wanted: Catalog) -> set[tuple[object, str]]:
    """The sentences of `wanted`, each with its context, that this catalogue has not or has only in another context."""
    return _identities(wanted) - _identities(catalogue)


def updated(old: Catalog, said: Catalog) -> bytes:
    """The file that has exactly these sentences, with the translations that it had."""
    old.project, old.version = "Hundred", "Days"  # Babel joins these two with a space.
    old.update(said, no_fuzzy_matching=True, update_creation_date=False)
    for message in old:
        # Babel takes "10 % of" for a placeholder of another kind than ours.
        message.flags.discard("python-format")
    written = io.BytesIO()
    write_po(written, old, width=WIDTH, ignore_obsolete=True, include_lineno=False)
    return _without(IDLE_HEADERS, written.getvalue())


def update(file: Path = WELSH, root: Path = ROOT) -> list[str]:
    """Bring the file up to date; returns what is still to be translated."""
    file.write_bytes(updated(welsh(file), extracted(root)))
    return untranslated(welsh(file))


def main() -> None:
    """Update the Welsh catalogue and say what it lacks."""
    missing = update()
    total = sum(1 for _ in sentences(welsh()))
    lines = [f"{total} sentences, {len(missing)} without Welsh.", *(f"  {sentence}" for sentence in missing)]
    sys.stdout.write("\n".join(lines) + "\n")


def _sources(root: Path) -> list[Path]:
    found = (path for folder in SAID_IN for path in (root / folder).rglob("*") if path.suffix in METHODS)
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _identities(catalogue: Catalog) -> set[tuple[object, str]]:
    return {(message.id, message.context or "") for message in sentences(catalogue)}


def _without(headers: Collection[str], content: bytes) -> bytes:
    """The file without these headers."""
    idle = tuple(f'"{header}:'.encode() for header in headers)
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(idle))


if __name__ == "__main__":
    main()
