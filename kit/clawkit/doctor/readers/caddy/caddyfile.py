"""One main Caddyfile as a `Proxy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.readers.caddy.block import Block, Parser
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.option import Options, options
from clawkit.doctor.readers.caddy.place import problem, value
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.shelf import Shelf
from clawkit.doctor.readers.caddy.site import sites
from clawkit.doctor.readers.caddy.vocabulary import DIRECTIVES, VERSION_ONE, Version
from clawkit.doctor.readers.text import TextFile

_SECOND_SITE = (
    "\nDid you mean to define a second site? If so, you must use curly braces around each site to separate their "
    "configurations."
)


@dataclass(frozen=True, slots=True)
class Read:
    proxy: Proxy
    files: tuple[TextFile, ...]
    elsewhere: bool
    """Caddy on this machine would not find what the imports name."""
    patterns: tuple[tuple[TextFile, str], ...] = ()
    """Imports of several files, with the file in which they stand."""


def caddyfile(
    file: TextFile, files: Sequence[TextFile], environment: Mapping[str, str], version: Version | None
) -> Read:
    shelf = Shelf(files)
    parser = Parser(file, shelf, environment)
    parser.parse()
    reading = Reading(version, parser.refused)
    blocks = _placed(parser.blocks, reading)
    proxy = proxy_of(blocks, reading, file, tuple(one.shown for one in parser.files))
    unseen = {f"import {token.text}": value(token) for token in parser.unseen}
    proxy = replace(proxy, options={**proxy.options, **unseen})
    return Read(proxy, tuple(parser.files), shelf.elsewhere or bool(unseen), tuple(parser.patterns))


def proxy_of(blocks: Sequence[Block], reading: Reading, file: TextFile, shown: tuple[str, ...]) -> Proxy:
    found = _options(blocks, reading)
    for block in blocks:
        if block.route_name is not None:
            reading.named_routes[block.route_name] = Directive(block.keys[0], (), tuple(block.content))
    real = [block for block in blocks if block.keys and block.route_name is None]
    made = sites(real, found, reading)
    _hint_at_second_site(real, reading)
    problems = sorted((problem(refused, file) for refused in reading.refused), key=lambda one: one.at.line or 0)
    return Proxy(
        ProxyKind.CADDY,
        made,
        Place(file.shown, None, file.shown),
        version=reading.version,
        files=shown,
        problems=tuple(dict.fromkeys(problems)),
        trusted=tuple({one.value: one for one in found.trusted}.values()),
        real_ip_header=found.real_ip_header,
        auto_https=found.plain.get("auto_https"),
        admin=found.plain.get("admin"),
        protocols=found.protocols,
        email=found.plain.get("email"),
        options=found.plain,
        modules=tuple(dict.fromkeys(reading.modules)),
    )


def _options(blocks: Sequence[Block], reading: Reading) -> Options:
    if blocks and not blocks[0].keys:
        return options(blocks[0].content, reading)
    return Options()


def _placed(blocks: Sequence[Block], reading: Reading) -> list[Block]:
    """Without what stands where no block of its kind may stand."""
    kept = []
    for index, block in enumerate(blocks):
        first = block.keys[0] if block.keys else None
        if first is None and index > 0 and block.content:
            words = "server block without any key is global configuration, and if used, it must be first"
            reading.refuse(words, block.content[0].token, "global-options-not-first")
            continue
        if first is not None and first.text in DIRECTIVES | VERSION_ONE and first.text not in ("log",):
            words = f"parsed '{first.text}' as a site address, but it is a known directive"
            reading.refuse(f"{words}; directives must appear in a site block", first, "no-site")
            continue
        kept.append(block)
    return kept


def _hint_at_second_site(blocks: Sequence[Block], reading: Reading) -> None:
    """Caddy asks this back when a site without braces holds a line that it does not know."""
    bare = {id(line.token) for block in blocks if not block.braces for line in block.content}
    for refused in reading.refused:
        if id(refused.token) in bare and refused.message.startswith("unrecognized directive"):
            refused.message += _SECOND_SITE
