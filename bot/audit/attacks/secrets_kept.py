"""P3, P4 and P16: is anything readable while a pulse is open, are the keys gone afterwards, and can we see at all?"""

from __future__ import annotations

from collections.abc import Mapping

from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot
from bot.errors import HundredDaysError
from storage.ballots import opening_key, slots_key
from storage.seal import OpeningKeys, SealingKeys, unseal

BLIND = "The search finds nothing at all, not even a story that is stored in the open."


def attack(loot: Loot) -> list[Finding]:
    """Everything about files and keys."""
    return [nothing_readable(loot), keys_are_gone(loot), control(loot)]


def nothing_readable(loot: Loot) -> Finding:
    """P3: what people wrote, and what they wrote first, in every byte of the files."""
    s = loot.searches
    if s.open.unreadable:
        return Finding("P3", Verdict.UNKNOWN, s.open.unreadable, ask=s.open.unreadable)
    if s.control.hits == 0:
        return Finding("P3", Verdict.UNKNOWN, BLIND)
    fine = s.open.hits == 0 and s.drafts.hits == 0
    words = (
        f"{len(loot.truth.comments)} comments and as many first drafts were looked for in {s.open.files} files of the "
        f"database, logs included, while the pulse was open: {s.open.hits + s.drafts.hits} files held one. Drafts were "
        f"looked for once more after the digest. The same search did find a story, which is stored in the open."
    )
    return held_if("P3", fine, words, {"files": s.open.files, "answers": s.open.hits, "drafts": s.drafts.hits})


def keys_are_gone(loot: Loot) -> Finding:
    """P4: the keys' bytes in the key store and in every file of the database, right after the close."""
    own = {name: key for name, key in loot.keys.items() if loot.pulse in name}
    named = [name for name in loot.keys_left if loot.pulse in name]
    copied = [name for name, kept in loot.keys_left.items() if kept in own.values()]
    found = loot.searches.keys
    if found.unreadable and not named and not copied:
        return Finding("P4", Verdict.UNKNOWN, found.unreadable, ask=found.unreadable)
    fine = len(own) >= 2 and not named and not copied and found.hits == 0
    words = (
        f"The pulse had {len(own)} keys. After its close the key store names {len(named)} of them, holds the bytes of "
        f"{len(copied)} under any name, and {found.hits} of {found.files} files of the database hold one."
    )
    return held_if("P4", fine, words, {"named": len(named), "copied": len(copied), "files": found.hits})


def control(loot: Loot) -> Finding:
    """P16: with the live keys and the copy of the last night, every ballot opens and is the right one."""
    linked, scores = linked_with_keys(loot)
    n = len(loot.truth.comments)
    words = (
        f"With the keys of the open pulse and one copy of the database, {linked} of {n} comments and {scores} of "
        f"{len(loot.truth.scores)} scores were given to the people who gave them. That is what a key is worth "
        "until the close, and it shows that these attacks can see."
    )
    fine = linked == n > 0 and scores == len(loot.truth.scores)
    return held_if("P16", fine, words, {"comments": linked, "of": n, "scores": scores})


def linked_with_keys(loot: Loot) -> tuple[int, int]:
    """How many comments and scores the live keys give to the right people."""
    slots = SealingKeys(loot.keys[slots_key(loot.pulse)], b"")
    boxes = {bytes(row["slot"]): bytes(row["sealed"]) for row in loot.opened["ballots"]}  # type: ignore[call-overload]
    comments = [_opened(loot, slots, boxes, said.person, "comment") == said.words for said in loot.truth.comments]
    scores = [_opened(loot, slots, boxes, *at) == score for at, score in loot.truth.scores.items()]
    return sum(comments), sum(scores)


def _opened(loot: Loot, slots: SealingKeys, boxes: Mapping[bytes, bytes], person: str, item: str) -> str | int | None:
    """What this person said to this item, or nothing where the ballot does not open."""
    slot = slots.slot(person, item)
    keys = OpeningKeys.of(loot.keys[opening_key(loot.pulse)], slots.slots)
    try:
        answer = unseal(keys, slot, boxes.get(slot, b"")).answer
    except HundredDaysError:
        return None
    return answer.comment or answer.score
