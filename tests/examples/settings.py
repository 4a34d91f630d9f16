"""Settings."""

from __future__ import annotations

from tests.examples.example import Example

EXAMPLE = Example(fields={"language": "en"})
