"""Mutants: a module with one small thing in it changed, as Cosmic Ray changes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff

from cosmic_ray import plugins
from cosmic_ray.mutating import mutate_code


@dataclass(frozen=True, slots=True)
class Mutant:
    """What was written, what is written instead, and the whole module with it. Line numbers would not stay true."""

    was: str
    reads: str
    source: str


def mutants_of(source: str) -> Iterator[Mutant]:
    """Every mutant of a module that runs otherwise than the module does: no two of them alike."""
    known = {_what_runs(source)}
    for name in plugins.operator_names():
        operator = plugins.get_operator(name)
        if operator.arguments():
            continue
        occurrence = 0
        while (mutated := mutate_code(source, operator(), occurrence)) is not None:
            occurrence += 1
            if (runs := _what_runs(mutated)) not in known:
                known.add(runs)
                yield Mutant(*_changed(source, mutated), mutated)


class _Bare(ast.NodeTransformer):
    """Leaves out annotations, of which nothing runs where they are postponed, and takes `is` for `==`.

    Members of an enumeration, None and small numbers are the same where they are equal.
    """

    def visit_Is(self, _node: ast.Is) -> ast.Eq:
        return ast.Eq()

    def visit_IsNot(self, _node: ast.IsNot) -> ast.NotEq:
        return ast.NotEq()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant("")
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


def _what_runs(source: str) -> str:
    try:
        return ast.dump(_Bare().visit(ast.parse(source)))
    except SyntaxError:
        return source


def _changed(source: str, mutated: str) -> tuple[str, str]:
    changed = list(unified_diff(source.splitlines(), mutated.splitlines(), n=0, lineterm=""))[3:]
    removed, added = ([line[1:].strip() for line in changed if line.startswith(sign)] for sign in "-+")
    return " ".join(removed), " ".join(added)
