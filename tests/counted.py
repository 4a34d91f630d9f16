"""A week as the close sees it, without a database: who is there, who answered, and what is published of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.ballots import Respondent
from bot.domain.counting import TURNOUT, Terms, publish, seats
from bot.domain.groups import Group, Present, Rule, Token
from bot.domain.people import Labels, Segment, Tree
from bot.domain.results import Results
from bot.domain.season import Season, stand

DAY = date(2026, 1, 8)


@dataclass(frozen=True, slots=True)
class Council:
    """An organisation and its thresholds."""

    tree: Tree
    k: int = 5
    k_comment: int = 10
    segments: tuple[Segment, ...] = ()

    def week(
        self,
        respondents: Sequence[Respondent],
        present: Mapping[Token, Present],
        tokens: Sequence[Token],
        told: Mapping[str, Sequence[Group]] | None = None,
        day: date = DAY,
    ) -> Results:
        """What is published where these people are there, and each respondent is the one with the token beside them."""
        items = {item for r in respondents for item in r.scores} | {TURNOUT}
        before = told or {}
        rule = Rule(self.tree, self.k, day)
        standing = {
            item: stand(Season(tuple(before.get(item, ()))), present, rule, self.segments) for item in sorted(items)
        }
        terms = Terms(self.tree, self.k, self.k_comment, day, present, standing, self.segments)
        seat = seats({token.hex(): token for token in tokens}, terms)
        seated = [replace(r, seat=seat[token.hex()]) for r, token in zip(respondents, tokens, strict=True)]
        return publish(seated, terms)

    def published(self, respondents: Sequence[Respondent], away: Mapping[Labels, int] | None = None) -> Results:
        """What is published of a first week: beside those who answered, so many were asked and did not."""
        tokens = names(len(respondents))
        silent = [labels for labels, n in (away or {}).items() for _ in range(n)]
        present = {token: Present(r.labels) for token, r in zip(tokens, respondents, strict=True)}
        present |= {token: Present(at) for token, at in zip(names(len(silent), "away"), silent, strict=True)}
        return self.week(respondents, present, tokens)


def names(n: int, of: str = "who") -> list[Token]:
    """Tokens of so many people."""
    return [f"{of} {number:06}".encode().ljust(16)[:16] for number in range(n)]
