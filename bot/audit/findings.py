"""What a check can find, and the sixteen promises it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

PROMISES: Mapping[str, str] = {
    "P1": "After the close nothing stored leads from a comment to its writer: no order, no place, no transaction.",
    "P2": "Copies of the database from every night do not help.",
    "P3": "Nothing readable lies in the files while a pulse is open.",
    "P4": "The keys die with the close.",
    "P5": "After the close only what may be shown is left.",
    "P6": "Nobody can tell who answered.",
    "P7": "No adding and subtracting of what is shown reaches a small group.",
    "P8": "Two weeks cannot be subtracted from each other.",
    "P9": "Conversations, unnamed stories and ideas name nobody, and a closed conversation leads nowhere.",
    "P10": "Watching the screen tells no time of writing.",
    "P11": "Nobody can find by trying what is not theirs.",
    "P12": "The same message sent again changes nothing.",
    "P13": "The logs are silent about people and their words.",
    "P14": "A pulse cannot be made less anonymous once it is open.",
    "P15": "Nothing that is sent to Slack or Teams holds an answer.",
    "P16": "The control: with the live keys the attack does succeed, so these checks can see.",
}
CONTROL = "P16"
BLIND = "The control failed, so the rehearsal proves nothing: "


class Verdict(StrEnum):
    """How a promise stands."""

    HELD = "held"
    UNKNOWN = "cannot tell"
    BROKEN = "broken"


SEVERITY = {Verdict.HELD: 0, Verdict.UNKNOWN: 1, Verdict.BROKEN: 2}
STATUS = {Verdict.HELD: 0, Verdict.UNKNOWN: 2, Verdict.BROKEN: 1}


class Source(StrEnum):
    """Where a finding comes from: the throw-away organisation, or the installation itself."""

    REHEARSAL = "rehearsal"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one attack or one look found, in a sentence with its figures. `ask` says who could tell more, and what."""

    promise: str
    verdict: Verdict
    evidence: str
    figures: Mapping[str, float] = field(default_factory=dict)
    ask: str = ""
    source: Source = Source.REHEARSAL

    @property
    def held(self) -> bool:
        """Whether the promise is kept, as far as this looked."""
        return self.verdict is Verdict.HELD


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, and advice about what no promise covers."""

    findings: Sequence[Finding]
    advice: Sequence[str] = ()
    seconds: float = 0.0

    def of(self, promise: str) -> list[Finding]:
        """The findings about one promise, the worst first."""
        own = [finding for finding in self.findings if finding.promise == promise]
        return sorted(own, key=lambda finding: -SEVERITY[finding.verdict])

    def verdict(self, promise: str) -> Verdict:
        """How one promise stands: as badly as its worst finding. What nobody looked at cannot be told."""
        own = self.of(promise)
        return own[0].verdict if own else Verdict.UNKNOWN

    @property
    def status(self) -> int:
        """The exit status: 1 where a promise is broken, 2 where one cannot be told, 0 where all are held."""
        verdicts = [self.verdict(promise) for promise in PROMISES]
        return STATUS[max(verdicts, key=lambda verdict: SEVERITY[verdict])]


def held_if(promise: str, fine: object, evidence: str, figures: Mapping[str, float] | None = None) -> Finding:
    """A finding that a promise is held, if it is, and broken otherwise."""
    return Finding(promise, Verdict.HELD if fine else Verdict.BROKEN, evidence, figures or {})


def seen_through(findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a rehearsal. Where its control failed they are worth nothing: who sees nothing finds nothing."""
    found = list(findings)
    if all(finding.held for finding in found if finding.promise == CONTROL):
        return found
    return [
        replace(finding, verdict=Verdict.UNKNOWN, evidence=BLIND + finding.evidence) if finding.held else finding
        for finding in found
    ]
