"""Parts of views that several features show alike."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.stories import Story
from bot.views import Element, Quote, Strong, text
from bot.words import N_, Words


def story_parts(story: Story, by: str, t: Words) -> Iterable[Element]:
    """A story as it is shown to others."""
    yield Quote(story.text, by)
    if story.changed:
        yield text(Strong(t(N_("What it changed:"))), " ", story.changed)
