"""P1 and P2: does any order, place or transaction lead from a comment to its writer?

The attacker lines up the published comments in every order the database knows, lines up people in every order that may
have to do with them, and says that the first wrote the first, the second the second, and so on. Chance alone gets one
right, whatever the number; an order that tells gets most of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.audit.chance import ONCE_IN, agreement, most_agreement, most_by_chance, natural, right_guesses
from bot.audit.findings import Finding, held_if
from bot.audit.loot import Loot, Night
from bot.audit.thief import Rows, Tables
from storage.ballots import slots_key
from storage.seal import SealingKeys

CONTENT = frozenset({"body", "text", "values"})
COMMENT = "comment"
Orders = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Guess:
    """One line-up: which orders, how many were right, and how far they agree, in standard deviations of chance."""

    orders: str
    right: int
    agreement: float


@dataclass(frozen=True, slots=True)
class Link:
    """The full table of whose ballot is whose. P2 gives it to the attacker, and it must not help."""

    slots: Mapping[bytes, str]

    @classmethod
    def of(cls, loot: Loot) -> Link:
        """The full table of persons and places of comments."""
        keys = SealingKeys(loot.keys[slots_key(loot.pulse)], b"")
        people = [str(row["id"]) for row in loot.opened["people"]]
        return cls({keys.slot(person, COMMENT): person for person in people})


def attack(loot: Loot) -> list[Finding]:
    """Everything about orders."""
    return [line_up(loot), same_transaction(loot), nightly(loot), alike(loot)]


def line_up(loot: Loot) -> Finding:
    """P1: the orders of comments against the orders of people."""
    guesses = list(guesses_after_the_close(loot))
    return _judged("P1", guesses, "no order of the {comments} comments agrees with any order of people", loot)


def nightly(loot: Loot) -> Finding:
    """P2: the same with every nightly copy, and with the knowledge of whose ballot is whose."""
    guesses = list(guesses_from_nights(loot))
    return _judged("P2", guesses, "with copies from every night and the full table of who has which ballot", loot)


def guesses_after_the_close(loot: Loot) -> Iterator[Guess]:
    """Every line-up that needs nothing but the database after the close."""
    for moment, tables in (("after the close", loot.closed), ("after the digest", loot.ended)):
        yield from _guesses(f"{moment}: ", _comment_orders(tables["comments"]), _people_orders(tables, loot), loot)


def guesses_from_nights(loot: Loot) -> Iterator[Guess]:
    """Every line-up that needs the copies of the nights."""
    link = Link.of(loot)
    comments = _comment_orders(loot.closed["comments"])
    people: dict[str, Sequence[str]] = {}
    for night in loot.nights:
        people |= _ballot_orders(night, link)
    people["first seen"] = _first_seen(loot.nights, link)
    people["last changed"] = _last_changed(loot.nights, link)
    by_length = {"length": _by_length(loot)}
    yield from _guesses("", comments, people, loot)
    lengths = {f"length, {night.name}": _lengths(night, link) for night in loot.nights}
    yield from _guesses("", by_length, lengths, loot)


def same_transaction(loot: Loot) -> Finding:
    """P1: where the database numbers its transactions, do rows of one transaction join a person to a comment?"""
    comments = loot.closed["comments"]
    if not comments or "xmin" not in comments[0]:
        return held_if("P1", True, "This database keeps no transaction numbers in its rows.")
    numbers = Counter(str(row["xmin"]) for row in comments)
    ballots = {str(row.get("xmin")) for night in loot.nights for row in night.tables["ballots"]}
    fine = len(numbers) == 1 and not numbers.keys() & ballots
    words = f"The {len(comments)} comments came in {len(numbers)} transaction, and it wrote no ballot."
    return held_if("P1", fine, words, {"transactions": len(numbers)})


def alike(loot: Loot) -> Finding:
    """P2: do all ballots look alike, and have they no column that is not random?"""
    ballots = loot.opened["ballots"]
    lengths = {len(_bytes(row["sealed"])) for row in ballots}
    columns = set(ballots[0]) - {"pulse_id", "slot", "organisation_id", "sealed", "at", "xmin", "committed"}
    words = f"All {len(ballots)} sealed ballots have {len(lengths)} length and no column of time, order or person."
    if columns:
        words = f"Ballots have columns they should not have: {', '.join(sorted(columns))}."
    return held_if("P2", len(lengths) == 1 and not columns, words, {"ballots": len(ballots), "lengths": len(lengths)})


def _judged(promise: str, guesses: Sequence[Guess], how: str, loot: Loot) -> Finding:
    limit, n = most_by_chance(len(guesses)), len(loot.closed["comments"])
    best = max(guesses, key=lambda guess: (guess.right, abs(guess.agreement)), default=Guess("", 0, 0))
    straight = max((abs(guess.agreement) for guess in guesses), default=0.0)
    mean = sum(guess.right for guess in guesses) / len(guesses) if guesses else 0.0
    fine = best.right <= limit and straight <= most_agreement(len(guesses)) and n > 0
    figures = {"orders": len(guesses), "right": best.right, "of": n, "mean": round(mean, 2), "limit": limit}
    words = (
        f"{len(guesses)} line-ups, {how.format(comments=n)}: at most {best.right} of {n} right, {mean:.2f} on average; "
        f"chance alone gives 1, and more than {limit} at most once in {ONCE_IN:,} weeks."
    )
    if not fine:
        words = f"The order tells ({best.orders}): {best.right} of {n} comments were given to their true writers."
    return held_if(promise, fine, words, figures | {"agreement": round(straight, 1)})


def _guesses(where: str, comments: Orders, people: Orders, loot: Loot) -> Iterator[Guess]:
    writers = {said.words: said.person for said in loot.truth.comments}
    for told, words in comments.items():
        truth = [writers[body] for body in words if body in writers]
        those = set(truth)
        for name, order in people.items():
            guess = [person for person in dict.fromkeys(order) if person in those]
            for way, line in (("", guess), (", backwards", guess[::-1])):
                yield Guess(f"{where}{told} against {name}{way}", right_guesses(line, truth), agreement(line, truth))


def _comment_orders(rows: Rows) -> dict[str, Sequence[str]]:
    """The comments' words in every order their rows can be put in."""
    orders: dict[str, Sequence[str]] = {"comments as they lie": [str(row["body"]) for row in rows]}
    for column in rows[0] if rows else ():
        if column not in CONTENT and len({str(row[column]) for row in rows}) > len(rows) // 2:
            by = sorted(rows, key=lambda row: natural(row[column]))
            orders[f"comments by {column}"] = [str(row["body"]) for row in by]
    return orders


def _people_orders(tables: Tables, loot: Loot) -> dict[str, Sequence[str]]:
    """People in the orders they really acted in, and in every order that some table mentions them in."""
    orders: dict[str, Sequence[str]] = {
        "the order of answering": loot.truth.answered,
        "the order of writing": [said.person for said in loot.truth.comments],
        "the list of staff": [str(r["id"]) for r in sorted(tables["people"], key=lambda row: natural(row["key"]))],
    }
    people = {str(row["id"]) for row in tables["people"]}
    for table, rows in tables.items():
        mentioned = [next((str(v) for v in row.values() if str(v) in people), "") for row in rows]
        if len(set(mentioned)) > len(people) // 2:
            orders[f"{table} as they lie"] = mentioned
    return orders


def _ballot_orders(night: Night, link: Link) -> dict[str, Sequence[str]]:
    rows = _comment_ballots(night, link)
    orders: dict[str, Sequence[str]] = {
        f"ballots as they lay on {night.name}": [link.slots[_bytes(row["slot"])] for row in rows]
    }
    for column in rows[0] if rows else ():
        if column not in CONTENT and len({str(row[column]) for row in rows}) > len(rows) // 2:
            by = sorted(rows, key=lambda row: natural(row[column]))
            orders[f"ballots by {column} on {night.name}"] = [link.slots[_bytes(row["slot"])] for row in by]
    return orders


def _first_seen(nights: Sequence[Night], link: Link) -> Sequence[str]:
    """People by the night in which their comment was there for the first time."""
    return list(dict.fromkeys(link.slots[_bytes(r["slot"])] for night in nights for r in _comment_ballots(night, link)))


def _last_changed(nights: Sequence[Night], link: Link) -> Sequence[str]:
    """People by the night after which their comment did not change any more."""
    last: dict[str, tuple[int, bytes]] = {}
    for number, night in enumerate(nights):
        for row in _comment_ballots(night, link):
            person, sealed = link.slots[_bytes(row["slot"])], _bytes(row["sealed"])
            if person not in last or last[person][1] != sealed:
                last[person] = (number, sealed)
    return sorted(last, key=lambda person: last[person][0])


def _lengths(night: Night, link: Link) -> Sequence[str]:
    rows = sorted(_comment_ballots(night, link), key=lambda row: len(_bytes(row["sealed"])))
    return [link.slots[_bytes(row["slot"])] for row in rows]


def _by_length(loot: Loot) -> Sequence[str]:
    return sorted((str(row["body"]) for row in loot.closed["comments"]), key=len)


def _comment_ballots(night: Night, link: Link) -> Rows:
    return [row for row in night.tables["ballots"] if _bytes(row["slot"]) in link.slots]


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
