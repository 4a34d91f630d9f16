"""P9 to P12 and P14: conversations, stories, ideas, and what somebody may try on a running installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nacl.exceptions import CryptoError

from bot.audit.attacks.backers import backers_by_slot, slot_of
from bot.audit.attacks.remains import mentioned
from bot.audit.chance import most_by_chance, natural, right_guesses
from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot, Said
from bot.audit.thief import Rows, Tables
from storage.programme_keys import key_name as programme_key
from storage.seal import unlock_route
from storage.threads import key_name


def attack(loot: Loot) -> list[Finding]:
    """Everything about what people write beside answers."""
    return [
        named_nowhere(loot),
        no_order(loot),
        closed_leads_nowhere(loot),
        batches_only(loot),
        ids_tell_nothing(loot),
        one_effect(loot),
        not_weakened(loot),
    ]


def named_nowhere(loot: Loot) -> Finding:
    """P9: no row of any copy names who wrote a conversation, a story or an idea beside it. With its key, it does."""
    authors = _owners(loot, "entries", "thread_id", "body", loot.truth.threads)
    tellers = _owners(loot, "stories", "id", "text", loot.truth.stories)
    offerers = _owners(loot, "ideas", "id", "text", loot.truth.ideas)
    named = sum(_named(tables, authors | tellers | offerers) for tables in loot.copies)
    opened = _opened_routes(loot, "threads", lambda row: key_name(str(row["id"])), authors)
    ideas = _opened_routes(loot, "ideas", lambda row: programme_key("ideas", str(row["programme_id"])), offerers)
    if not named and not (opened and ideas):
        return Finding("P9", Verdict.UNKNOWN, "No open conversation, or no idea, led to its author even with its key.")
    words = (
        f"{len(authors)} conversations, {len(tellers)} unnamed stories and {len(offerers)} unnamed ideas in "
        f"{len(loot.copies)} copies of the database: {named} rows name the writer. With their keys, {opened} open "
        f"conversations and {ideas} ideas do lead to their author."
    )
    return held_if("P9", named == 0, words, {"named": named, "control": opened, "control of ideas": ideas})


def no_order(loot: Loot) -> Finding:
    """P9: no order of conversations, stories, ideas or backings agrees with an order of people in the database."""
    best, tried = 0, 0
    for tables in loot.copies:
        people = list(_people_orders(tables))
        for truth in _told_orders(tables, loot):
            tried += len(people)
            those = set(truth)
            best = max(best, *(right_guesses([p for p in line if p in those], truth) for line in people), 0)
    limit, n = most_by_chance(max(1, tried)), len(loot.truth.threads)
    words = (
        f"{tried} line-ups of conversations, stories, ideas and backings with people: at most {best} of {n} right "
        f"(limit {limit})."
    )
    return held_if("P9", best <= limit, words, {"right": best, "of": n, "limit": limit})


def closed_leads_nowhere(loot: Loot) -> Finding:
    """P9: a closed conversation keeps neither its way back nor its key."""
    closed = [row for row in loot.ended["threads"] if row["closed"]]
    ways = sum(row["route"] is not None for row in closed)
    names = {key_name(str(row["id"])) for row in closed}
    lost = {loot.keys[name] for name in names & set(loot.keys)}
    keys = sum(name in names or key in lost for name, key in loot.keys_left.items())
    words = f"{len(closed)} closed conversations: {ways} ways back and {keys} keys are left."
    return held_if("P9", ways + keys == 0 and bool(closed), words, {"routes": ways, "keys": keys})


def batches_only(loot: Loot) -> Finding:
    """P10: whoever looks after every single posting sees something new at the batches only."""
    seen = loot.watched
    early = [moment for moment in seen.saw if moment not in seen.batches]
    if not seen.saw:
        return Finding("P10", Verdict.UNKNOWN, "The reader never saw anything new, not even at the batch.")
    words = (
        f"A reader looked after each of {len(seen.wrote)} postings between "
        f"{seen.wrote[0]:%H:%M} and {seen.wrote[-1]:%H:%M}, and saw something new {len(seen.saw)} time(s), at "
        f"{', '.join(f'{moment:%H:%M}' for moment in seen.saw)}: {len(early)} of them outside a batch."
    )
    return held_if("P10", not early, words, {"looks": len(seen.wrote) + 2, "early": len(early)})


def ids_tell_nothing(loot: Loot) -> Finding:
    """P11: real ids of others, their neighbours and invented ones get one and the same answer."""
    tried = loot.walked
    words = (
        f"{tried.attempts} ids of other people's things and their neighbours: {_got(tried.succeeded)} told anything."
    )
    return held_if("P11", not tried.succeeded, words, {"tried": tried.attempts, "told": len(tried.succeeded)})


def one_effect(loot: Loot) -> Finding:
    """P12: envelopes sent again, out of order and after the close."""
    tried = loot.replayed
    words = (
        f"{tried.attempts} messages sent again, out of order or after the close: {_got(tried.succeeded)} had an effect."
    )
    return held_if("P12", not tried.succeeded, words, {"sent": tried.attempts, "taken": len(tried.succeeded)})


def not_weakened(loot: Loot) -> Finding:
    """P14: statements straight to the database, round the service."""
    tried = loot.weakened
    if not tried.attempts:
        return Finding("P14", Verdict.UNKNOWN, "Not even a stronger pulse could be asked for: a blind attempt.")
    words = f"{tried.attempts} statements straight to the database that would weaken an open pulse were all refused."
    if tried.succeeded:
        words = f"The database itself allows {', '.join(tried.succeeded)} while a pulse is open."
    return held_if("P14", not tried.succeeded, words, {"tried": tried.attempts, "allowed": len(tried.succeeded)})


def _got(succeeded: Sequence[str]) -> str:
    return f"{len(succeeded)} ({', '.join(sorted(set(succeeded)))})" if succeeded else "none"


def _owners(loot: Loot, table: str, key: str, words: str, truth: Sequence[Said]) -> dict[str, str]:
    """Whose each conversation, story or idea is, by its id."""
    ids = {str(row[words]): str(row[key]) for night in loot.nights for row in night.tables[table]}
    return {ids[said.words]: said.person for said in truth if said.words in ids}


def _named(tables: Tables, owners: Mapping[str, str]) -> int:
    """In how many rows an id stands together with its owner's."""
    ids = [mentioned(row) for rows in tables.values() for row in rows]
    return sum(any(owners[one] in found for one in found & owners.keys()) for found in ids)


def _opened_routes(
    loot: Loot, table: str, key_of: Callable[[Mapping[str, object]], str], authors: Mapping[str, str]
) -> int:
    """How many routes of a table the live keys open, and lead to who did write it."""
    opened = 0
    for row in loot.opened[table]:
        key = loot.keys.get(key_of(row))
        if key is not None and row["route"] is not None:
            try:
                opened += unlock_route(key, bytes(row["route"])) == authors.get(str(row["id"]))  # type: ignore[call-overload]
            except (CryptoError, ValueError):
                continue
    return opened


def _told_orders(tables: Tables, loot: Loot) -> Iterator[Sequence[str]]:
    """The true writers of what was told, in every order that the rows can be put in."""
    kinds = (
        ("entries", "body", loot.truth.threads),
        ("stories", "text", loot.truth.stories),
        ("ideas", "text", loot.truth.ideas),
    )
    for table, words, truth in kinds:
        writers = {said.words: said.person for said in truth}
        rows = [row for row in tables[table] if str(row[words]) in writers]
        orders = [rows, *(sorted(rows, key=lambda row: natural(row[c])) for c in _telling(rows) if c != words)]
        yield from ([writers[str(row[words])] for row in order] for order in orders)
    yield from _backing_orders(tables["backings"], loot)


def _backing_orders(backings: Rows, loot: Loot) -> Iterator[Sequence[str]]:
    """Those who do back ideas, in every order that the rows can be put in, each where they come first."""
    backers = backers_by_slot(loot)
    rows = [row for row in backings if slot_of(row) in backers]
    orders = [rows, *(sorted(rows, key=lambda row: natural(row[c])) for c in _telling(rows))]
    yield from (list(dict.fromkeys(backers[slot_of(row)] for row in order)) for order in orders)


def _people_orders(tables: Tables) -> Iterator[Sequence[str]]:
    people = {str(row["id"]) for row in tables["people"]}
    for rows in tables.values():
        order = [next((str(v) for v in row.values() if str(v) in people), "") for row in rows]
        if len(set(order)) > len(people) // 2:
            yield from (order, order[::-1])
            for column in _telling(rows):
                by = sorted(zip(rows, order, strict=True), key=lambda pair: natural(pair[0][column]))
                yield [person for _, person in by]


def _telling(rows: Rows) -> list[str]:
    """The columns that put rows in an order. One with few values, such as the unit, only puts them into groups."""
    return [c for c in (rows[0] if rows else ()) if len({str(row[c]) for row in rows}) > len(rows) // 2]
