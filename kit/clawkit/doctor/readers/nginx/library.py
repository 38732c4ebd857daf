"""The files that were given, and how an include of the target machine's path finds one of them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers.nginx.directive import Directive, Tree, parse
from clawkit.doctor.readers.nginx.grammar import BLOCKS
from clawkit.doctor.readers.nginx.stock import harmless, known


@dataclass(slots=True)
class Expansion:
    """One configuration with its includes put in."""

    directives: tuple[Directive, ...] = ()
    used: list[Tree] = field(default_factory=list)
    missing: list[Value[str]] = field(default_factory=list)
    """Files included by name that nobody gave."""
    empty: list[str] = field(default_factory=list)
    """Patterns inside http that no given file matches."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(dict.fromkeys(problem for tree in self.used for problem in tree.problems))


@dataclass(frozen=True, slots=True)
class Library:
    trees: tuple[Tree, ...]
    is_main: Callable[[Tree], bool]

    def expand(self, *roots: Tree, adopted: Sequence[Tree] = ()) -> Expansion:
        """With `adopted`, files that stand in for the first pattern inside http that nothing matches."""
        expansion = Expansion()
        waiting = list(adopted)
        found: list[Directive] = []
        for root in roots:
            expansion.used.append(root)
            found += self._expanded(root.directives, root, (root,), expansion, waiting, False)
        expansion.directives = tuple(found)
        return expansion

    def _expanded(
        self,
        directives: Sequence[Directive],
        main: Tree,
        chain: tuple[Tree, ...],
        expansion: Expansion,
        waiting: list[Tree],
        http: bool,
    ) -> list[Directive]:
        found = []
        for each in directives:
            if each.name == "include" and len(each.args) == 1:
                for tree in self._included(each, main, chain, expansion, waiting, http):
                    expansion.used.append(tree)
                    found += self._expanded(tree.directives, main, (*chain, tree), expansion, waiting, http)
                if expansion.missing and expansion.missing[-1].at == each.at:
                    found.append(each)
            elif each.block is not None and each.name in BLOCKS:
                inner = self._expanded(each.block, main, chain, expansion, waiting, each.name == "http")
                found.append(Directive(each.name, each.args, each.at, tuple(inner)))
            else:
                found.append(each)
        return found

    def _included(
        self,
        include: Directive,
        main: Tree,
        chain: tuple[Tree, ...],
        expansion: Expansion,
        waiting: list[Tree],
        http: bool,
    ) -> list[Tree]:
        pattern = include.args[0]
        trees = [tree for tree in self.find(pattern, main) if tree not in chain]
        if trees:
            return trees
        if any(sign in pattern for sign in "*?["):
            if http:
                expansion.empty.append(pattern)
                taken = [tree for tree in waiting if _named_like(tree, pattern)]
                waiting[:] = [tree for tree in waiting if tree not in taken]
                return taken
            if "cert" in posixpath.basename(pattern):
                expansion.missing.append(Value(pattern, include.at))
            return []
        packaged = known(pattern)
        if packaged is not None:
            return [parse(packaged)]
        if not harmless(pattern):
            expansion.missing.append(Value(pattern, include.at))
        return []

    def find(self, pattern: str, main: Tree) -> list[Tree]:
        """Given files that the pattern means, as nginx orders them: exactly, else by the end of their path."""
        base = posixpath.dirname(main.source.path)
        whole = posixpath.normpath(posixpath.join(base, pattern))
        here = [tree for tree in self.trees if tree.source.dump == main.source.dump and tree is not main]
        exact = [tree for tree in here if fnmatchcase(tree.source.path, whole)]
        if exact or main.source.dump:
            return sorted(exact, key=lambda tree: tree.source.path)
        return self._alike(pattern, base, here)

    def _alike(self, pattern: str, base: str, here: Sequence[Tree]) -> list[Tree]:
        """On this disk the path is another than on the target machine: the longest common end decides."""
        parts = [part for part in pattern.split("/") if part not in ("", ".")]
        globbed = any(sign in pattern for sign in "*?[")
        best: dict[tuple[int, int, str], list[Tree]] = {}
        for tree in here:
            tail = _common_tail(parts, tree.source.path.split("/"))
            if tail >= (2 if globbed else 1) and not self.is_main(tree):
                folder = posixpath.dirname(tree.source.path)
                near = len(posixpath.commonprefix([base + "/", folder + "/"]))
                best.setdefault((tail, near, folder), []).append(tree)
        return sorted(best[max(best)], key=lambda tree: tree.source.path) if best else []


def _common_tail(pattern: Sequence[str], path: Sequence[str]) -> int:
    count = 0
    for wanted, part in zip(reversed(pattern), reversed(path), strict=False):
        if not fnmatchcase(part, wanted):
            break
        count += 1
    return count


def _named_like(tree: Tree, pattern: str) -> bool:
    return fnmatchcase(posixpath.basename(tree.source.path), posixpath.basename(pattern))
