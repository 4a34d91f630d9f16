"""Everything that is kept of people, in the order in which it is gone through.

Erasing ends with the organisation, because its row is one that many wait for.
"""

from __future__ import annotations

from collections.abc import Mapping

from storage import (
    accounts,
    ballots,
    channels,
    codes,
    ideas,
    inbox,
    organisations,
    outbox,
    people,
    pulses,
    quotes,
    results,
    stories,
    threads,
    trustees,
)
from storage.subject import Personal, Subject

SUBJECTS: tuple[Subject, ...] = (
    inbox.SUBJECT,
    outbox.SUBJECT,
    codes.SUBJECT,
    pulses.SUBJECT,
    ballots.SUBJECT,
    results.SUBJECT,
    quotes.SUBJECT,
    accounts.SUBJECT,
    people.SUBJECT,
    channels.SUBJECT,
    stories.SUBJECT,
    ideas.SUBJECT,
    threads.SUBJECT,
    trustees.SUBJECT,
    organisations.SUBJECT,
)

PERSONAL: Mapping[str, Personal] = {each.name: each for subject in SUBJECTS for each in subject.personal}
"""Every column that can lead to a person, by `table.column`. Any other must not lead to anybody."""
