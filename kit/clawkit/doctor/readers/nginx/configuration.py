"""Which of the given files form one configuration, and what its directives say together."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.readers.nginx import grammar
from clawkit.doctor.readers.nginx.directive import Directive, Tree, parse
from clawkit.doctor.readers.nginx.fragment import (
    Piece,
    available_only,
    enabled,
    misnamed,
    patterns,
    piece,
    sample,
    set_aside,
)
from clawkit.doctor.readers.nginx.library import Expansion, Library
from clawkit.doctor.readers.nginx.proxy import Configuration, proxy
from clawkit.doctor.readers.nginx.source import sources, version
from clawkit.doctor.readers.text import TextFile


def read(files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    """One proxy for each main configuration, and one for all files that belong to none."""
    trees = tuple(parse(source) for file in files for source in sources(file))
    texts = {file.shown: file.text for file in files}
    found = [proxy(each, version(_texts(each, texts))) for each in _configurations(trees)]
    found = _with_aside(found, trees)
    telling = [each for each in found if each.sites or each.problems or each.aside]
    return tuple(telling or found[:1])


def _with_aside(found: Sequence[Proxy], trees: Sequence[Tree]) -> list[Proxy]:
    """The first main configuration gets the sites of the files that it does not take."""
    used = {name for each in found for name in each.files}
    left = [tree for tree in trees if tree.source.shown not in used and not tree.source.dump]
    left = [tree for tree in left if piece(tree) is Piece.HTTP]
    first = next((each for each in found if each.whole), None)
    if first is None:
        left = [tree for tree in left if sample(tree)]
        place = left[0].source.place(1) if left else Place("", None, "")
        first = next(iter(found), None) or Proxy(ProxyKind.NGINX, (), place, complete=False, whole=False)
        found = [first, *found[1:]]
    if not left:
        return [each for each in found if each.at.source]
    sites = tuple(site for tree in left for site in proxy(_alone(tree, trees), None).sites)
    return [replace(each, aside=sites) if each is first else each for each in found]


def _alone(tree: Tree, trees: Sequence[Tree]) -> Configuration:
    library = Library(tuple(trees), lambda other: piece(other) is Piece.MAIN)
    return _configuration(library.expand(tree), grammar.HTTP, tree.source.place(1))


def _texts(configuration: Configuration, texts: dict[str, str]) -> list[str]:
    return [texts[name] for name in configuration.files if name in texts]


def _configurations(trees: Sequence[Tree]) -> Iterator[Configuration]:
    kinds = {id(tree): piece(tree) for tree in trees}
    library = Library(tuple(trees), lambda tree: kinds[id(tree)] is Piece.MAIN)
    mains = _mains(trees, kinds)
    claimed: set[int] = {id(tree) for main in mains for tree in library.expand(main).used}
    claimed |= {id(tree) for tree in trees if tree.source.dump}
    loose = _loose([tree for tree in trees if id(tree) not in claimed], trees)
    for main in mains:
        whole = _with_adopted(library, main, loose, kinds)
        claimed |= {id(tree) for tree in whole.used}
        yield _configuration(whole, grammar.MAIN, main.source.place(1))
    yield from _of_loose(library, [tree for tree in loose if id(tree) not in claimed], kinds, alone=not mains)


def _mains(trees: Sequence[Tree], kinds: dict[int, Piece]) -> list[Tree]:
    """The first part of each dump, and every main file that is nobody's spare copy."""
    dumps: dict[str, Tree] = {}
    for tree in trees:
        if tree.source.dump:
            dumps.setdefault(tree.source.dump, tree)
    plain = [tree for tree in trees if not tree.source.dump and kinds[id(tree)] is Piece.MAIN]
    return [*dumps.values(), *([tree for tree in plain if not set_aside(tree)] or plain)]


def _loose(rest: Sequence[Tree], trees: Sequence[Tree]) -> list[Tree]:
    """Files that no main file includes, without spare copies, sites that are available but not enabled, and those whose
    name is not one that it includes of their folder."""
    some_enabled = any(enabled(tree) for tree in trees)
    wanted = [pattern for tree in trees if piece(tree) is Piece.MAIN for pattern in patterns(tree.directives)]
    rest = [tree for tree in rest if not misnamed(tree, wanted) and not sample(tree)]
    kept = [tree for tree in rest if not set_aside(tree) and not (some_enabled and available_only(tree))]
    return kept or ([] if some_enabled else list(rest))


def _with_adopted(library: Library, main: Tree, loose: Sequence[Tree], kinds: dict[int, Piece]) -> Expansion:
    """Files beside or below the main file stand for a folder of it (conf.d/*.conf) that was not given as such."""
    expansion = library.expand(main)
    if main.source.dump or not expansion.empty:
        return expansion
    base = posixpath.dirname(main.source.path)
    near = [t for t in loose if kinds[id(t)] is Piece.HTTP and f"{t.source.path}/".startswith(f"{base}/")]
    inner = {id(tree) for each in near for tree in library.expand(each).used[1:]}
    return library.expand(main, adopted=[t for t in near if id(t) not in inner]) if near else expansion


def _of_loose(
    library: Library, loose: Sequence[Tree], kinds: dict[int, Piece], *, alone: bool
) -> Iterator[Configuration]:
    """Read as if they were included in http or stream; snippets only where nothing else was given."""
    inner = {id(tree) for each in loose for tree in library.expand(each).used[1:]}
    roots = [tree for tree in loose if id(tree) not in inner] or list(loose)  # none of a circle is the first
    http = [tree for tree in roots if kinds[id(tree)] is Piece.HTTP]
    broken = [tree for tree in roots if kinds[id(tree)] is Piece.OTHER and tree.problems]
    if http or broken:
        yield _configuration(library.expand(*http, *broken), grammar.HTTP, (http or broken)[0].source.place(1))
    for tree in roots:
        if kinds[id(tree)] is Piece.STREAM:
            yield _configuration(library.expand(tree), grammar.STREAM, tree.source.place(1))
        elif alone and not http and kinds[id(tree)] in (Piece.SERVER, Piece.LOCATION):
            context = grammar.SERVER if kinds[id(tree)] is Piece.SERVER else grammar.LOCATION
            yield _configuration(library.expand(tree), context, tree.source.place(1))


@dataclass(frozen=True, slots=True)
class _Shell:
    """The blocks around a piece that were not given."""

    context: grammar.Context
    at: Place

    def around(self, directives: tuple[Directive, ...]) -> tuple[Directive, ...]:
        for name in reversed(self.context):
            block = directives
            if name == "location":
                directives = (Directive("server", (), self.at, (Directive("location", ("/",), self.at, block),)),)
            else:
                directives = (Directive(name, (), self.at, block),)
        return directives


def _configuration(expansion: Expansion, context: grammar.Context, at: Place) -> Configuration:
    found = (*grammar.problems(expansion.directives, context), *expansion.problems)
    order = [tree.source.shown for tree in expansion.used]
    # nginx stops at the first thing that it cannot take, whichever kind it is
    problems = tuple(sorted(found, key=lambda each: (order.index(each.at.source), each.at.line or 0)))
    return Configuration(
        directives=_Shell(context, at).around(expansion.directives),
        at=at,
        files=tuple(dict.fromkeys(tree.source.shown for tree in expansion.used if not tree.source.packaged)),
        problems=problems,
        missing=tuple(dict.fromkeys(expansion.missing)),
        whole=context == grammar.MAIN,
        snippet=context in (grammar.SERVER, grammar.LOCATION),
    )
