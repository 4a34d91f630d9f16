"""P13 and P15: what left the database, in logs and in messages."""

from __future__ import annotations

from collections import defaultdict

from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot

SCORE = "score"
ALIVE = "pulse.sealed"


def attack(loot: Loot) -> list[Finding]:
    """Everything about what left the database."""
    return [silent(loot), nothing_told(loot), one_reply(loot)]


def silent(loot: Loot) -> Finding:
    """P13: a whole week logged at DEBUG, errors that name people included."""
    log, marks = loot.outside.log, loot.truth.marks
    if ALIVE not in log:
        return Finding("P13", Verdict.UNKNOWN, "Nothing was logged at all, so nothing could be found in it.")
    words = sum(log.count(mark) for mark in (marks.answer, marks.draft, marks.story, marks.thread, marks.idea))
    names = log.count(marks.person) + sum(log.count(person) for person in loot.truth.staff)
    lines = log.count("\n")
    evidence = (
        f"{lines} lines of a whole week at DEBUG, with failing messages whose errors name their reader: {words} words "
        f"that anybody wrote, {names} names, accounts or ids of people."
    )
    return held_if("P13", words + names == 0, evidence, {"lines": lines, "words": words, "people": names})


def nothing_told(loot: Loot) -> Finding:
    """P15: no message and no reply holds what anybody answered. No steward approves a quote in the rehearsal."""
    marks = (loot.truth.marks.answer, loot.truth.marks.draft)
    shown = [*loot.outside.replies.values(), *loot.outside.messages]
    told = sum(any(mark in words for mark in marks) for words in shown)
    evidence = f"{len(shown)} messages and replies, the digest among them: {told} hold an answer or a first draft."
    return held_if("P15", told == 0, evidence, {"shown": len(shown), "told": told})


def one_reply(loot: Loot) -> Finding:
    """P15: the reply to a one and to a five is the same, to the letter."""
    by_score: dict[str, set[str]] = defaultdict(set)
    for kind, words in loot.outside.replies.items():
        if kind.startswith(SCORE):
            by_score[kind.rpartition(" ")[0]].add(words)
    different = len(set().union(*by_score.values()))
    evidence = (
        f"After {len(by_score)} different scores people were shown {different} reply: it does not depend on the score."
    )
    if different != 1:
        evidence = f"After {len(by_score)} different scores people were shown {different} different replies."
    return held_if(
        "P15", different == 1 and len(by_score) > 1, evidence, {"scores": len(by_score), "replies": different}
    )
