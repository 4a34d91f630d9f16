"""Digests are for leaders and stewards."""

from __future__ import annotations

from bot.domain.people import LEADING
from bot.features.digests.commands import ShowDigest
from tests.examples.example import Example

EXAMPLE = Example(only={ShowDigest: LEADING})
