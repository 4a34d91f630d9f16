"""What a digest is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.composing import Reader
from bot.domain import digests as rules
from bot.domain.digests import DigestWeek, ShownTheme
from bot.domain.people import Tree
from bot.domain.pulses import Pulse
from bot.domain.results import PublishedComment, Results
from bot.domain.themes import Comment, Kind, Theme, ThemeReport
from bot.feature import DigestSection
from bot.features.digests.screens import title
from bot.views import View

HISTORY_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose digest it is."""

    unit: str
    tree: Tree


async def digest_of(sections: Sequence[DigestSection], week: DigestWeek, reader: Reader) -> View | None:
    """The digest of any unit: what each section says, in its place. None where none says anything."""
    said = [await section.compose(week, reader) for section in sections]
    body = tuple(element for each in said for element in each.elements)
    about = next((each.about for each in said if each.about), "")
    return View(title(week, reader.words), body, about=about) if body else None


async def read_week(programme_id: str, monday: date, unit: str, reader: Reader) -> DigestWeek:
    """Everything that the digest of a unit is made of in the week of this Monday, as far as it may be shown."""
    tx = reader.tx
    programme = await tx.programmes.get(programme_id)
    pulse = await tx.pulses.of_week(programme.id, monday)
    tree = await tx.people.tree(reader.organisation.id)
    results = await tx.results.for_pulse(pulse.id) if pulse else Results()
    comments = rules.in_scope(results, unit, tree, pulse.k_comment) if pulse else ()
    found = await _themes_of(pulse, results, comments, Scope(unit, tree), reader) if pulse and comments else []
    return DigestWeek(programme, monday, pulse, results, tree, unit, comments, tuple(found))


async def _themes_of(
    pulse: Pulse, results: Results, comments: tuple[PublishedComment, ...], scope: Scope, reader: Reader
) -> list[ShownTheme]:
    """What a unit's comments are about, and what of it may be counted, which only the whole organisation's can tell."""
    before = await reader.tx.results.comments_before(pulse, HISTORY_WEEKS)
    whole = await _found(results.comments, [c.body for c in before], reader)
    may_count = rules.countable(whole, results.comments, scope.unit, scope.tree, pulse.k)
    if scope.unit == scope.tree.root.id:
        return rules.shown_themes(whole, may_count, pulse.k)
    own = await _found(comments, [c.body for c in before if scope.tree.inside(c.unit, scope.unit)], reader)
    return rules.shown_themes(own, may_count, pulse.k)


async def _found(comments: Sequence[PublishedComment], history: Sequence[str], reader: Reader) -> ThemeReport:
    """What was found, except new themes that are a colleague's name."""
    given = [Comment(comment.body, comment.band) for comment in comments]
    report = await reader.themes.find(given, history, reader.words.language)
    names = await reader.tx.people.names_to_hide(reader.organisation.id)
    people = [t for t in report.themes if t.kind is Kind.EMERGING and await _names_somebody(t, given, names, reader)]
    return replace(report, themes=tuple(theme for theme in report.themes if theme not in people))


async def _names_somebody(theme: Theme, given: Sequence[Comment], names: frozenset[str], reader: Reader) -> bool:
    """Whether the name of a theme goes with the names of people, where these are taken out of the comments about it."""
    said = [given[row].text for row in theme.rows if theme.name.casefold() in given[row].text.casefold()]
    hidden = await reader.themes.redact(said, names)
    return sum(theme.name.casefold() in text.casefold() for text in hidden) < len(said) / 2
