"""What is around: the platforms, which alone can say what they keep, and the machine."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

from bot.audit.findings import Finding, Source, Verdict
from bot.host.settings import Settings

SWAPS = Path("/proc/swaps")
SLACK = (
    "Slack is told no answer by us. Whether Slack itself keeps what is typed into its windows, only Slack can say.",
    "Ask your Slack workspace owner whether exports, the Discovery API or audit logs hold the input of modals.",
)
TEAMS = (
    "Teams is told no answer by us. Whether Microsoft keeps what is sent with a card, only Microsoft can say.",
    "Ask your Microsoft 365 administrator whether eDiscovery or compliance copies hold the data of card actions.",
)
NOBODY = "Neither Slack nor Teams is connected, so there is no platform that could keep anything."


def platforms(settings: Settings) -> list[Finding]:
    """P15: what each connected platform would have to say."""
    connected = [words for there, words in ((settings.slack, SLACK), (settings.teams, TEAMS)) if there]
    if not connected:
        return [Finding("P15", Verdict.HELD, NOBODY, source=Source.HERE)]
    return [Finding("P15", Verdict.UNKNOWN, words, {}, ask, Source.HERE) for words, ask in connected]


def advice(settings: Settings) -> Iterator[str]:
    """What no promise covers and a careful administrator would look at."""
    if not settings.public_url.startswith("https://"):
        yield "HUNDRED_DAYS_PUBLIC_URL is not an https:// address: pages could be read on their way."
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        yield "Core dumps are on in this shell. Turn them off for the service (ulimit -c 0): a dump holds memory."
    try:
        if len(SWAPS.read_text().splitlines()) > 1:
            yield "The machine swaps. See that its swap is encrypted: memory may be written to it."
    except OSError:
        yield "Whether the machine swaps could not be read. Ask its administrator whether swap is off or encrypted."
