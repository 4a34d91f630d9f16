"""P7: can the numbers that were published be added and subtracted until they are about a few people?

Everybody who answered is a tie between the smallest group their unit's numbers lead to and the one their place's lead
to. Whatever is added and subtracted, what comes out is about at least as many people as the thinnest cut through these
ties. The cut is counted here by another method than the one that decides what is published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping

from bot.audit.attacks.remains import parents_of
from bot.audit.findings import Finding, Verdict, held_if
from bot.audit.loot import Loot
from bot.audit.thief import Tables

Graph = dict[Hashable, Counter[Hashable]]
REST = "the rest"


def attack(loot: Loot) -> list[Finding]:
    """Everything about subtraction within a week."""
    return [thinnest(loot)]


def thinnest(loot: Loot) -> Finding:
    """P7: the smallest group that any sum of published numbers reaches."""
    k = next(int(str(row["k"])) for row in loot.closed["pulses"] if str(row["id"]) == loot.pulse)
    graphs = list(_graphs(loot))
    if not graphs:
        return Finding("P7", Verdict.UNKNOWN, "Nothing was published, so there was nothing to subtract.")
    cut = min((size for graph in graphs for size in cuts(graph)), default=0)
    groups = sum(len(graph) for graph in graphs)
    words = (
        f"{len(graphs)} questions, {groups} groups by unit and place: whatever is added and subtracted, the result is "
        f"about at least {cut} people (threshold {k})."
    )
    return held_if("P7", cut >= k, words, {"groups": groups, "smallest": cut, "k": k})


def cuts(graph: Graph) -> Iterator[int]:
    """The thinnest cut of each part of a graph that hangs together, by Stoer and Wagner's method."""
    left = {vertex: Counter(ties) for vertex, ties in graph.items()}
    while left:
        part = _part(left, next(iter(left)))
        yield _thinnest_cut({vertex: left.pop(vertex) for vertex in part})


def _part(graph: Graph, start: Hashable) -> set[Hashable]:
    found, ahead = {start}, [start]
    while ahead:
        new = set(graph[ahead.pop()]) - found
        found |= new
        ahead += new
    return found


def _thinnest_cut(graph: Graph) -> int:
    if len(graph) == 1:
        return sum(next(iter(graph.values())).values())
    best = sum(sum(ties.values()) for ties in graph.values())
    while len(graph) > 1:
        before, last, size = _phase(graph)
        best = min(best, size)
        _merge(graph, before, last)
    return best


def _phase(graph: Graph) -> tuple[Hashable, Hashable, int]:
    """One phase: take whoever is tied closest to those taken so far; the last one's ties are a cut."""
    start = next(iter(graph))
    taken, near = [start], Counter(graph[start])
    while len(taken) < len(graph):
        vertex = max((v for v in graph if v not in taken), key=lambda v: near[v])
        taken.append(vertex)
        size = near[vertex]
        for other, n in graph[vertex].items():
            near[other] += n
    return taken[-2], taken[-1], size


def _merge(graph: Graph, into: Hashable, gone: Hashable) -> None:
    for other, n in graph.pop(gone).items():
        del graph[other][gone]
        if other != into:
            graph[into][other] += n
            graph[other][into] += n


def _graphs(loot: Loot) -> Iterator[Graph]:
    """For each question, everybody who answered it as a tie between two groups."""
    tables = loot.closed
    labels = {str(r["person_id"]): (str(r["unit_id"]), str(r["place"])) for r in tables["pulse_roster"]}
    parents = parents_of(tables)
    for item in sorted({item for _, item in loot.truth.scores}):
        units, places = _shown(tables, item)
        if units:
            graph: Graph = defaultdict(Counter)
            for person, asked in loot.truth.scores:
                if asked == item:
                    unit, place = labels[person]
                    one = ("unit", _above(unit, units, parents))
                    other = ("place", place if place in places else REST)
                    graph[one][other] += 1
                    graph[other][one] += 1
            yield graph


def _shown(tables: Tables, item: str) -> tuple[set[str], set[str]]:
    units = {str(row["unit_id"]) for row in tables["tallies"] if row["item"] == item}
    rows = tables.get("segment_tallies", [])
    return units, {str(row["segment"]) for row in rows if row["item"] == item and row["dimension"] == "place"}


def _above(unit: str, shown: set[str], parents: Mapping[str, str | None]) -> str:
    while unit not in shown and (parent := parents.get(unit)):
        unit = parent
    return unit
