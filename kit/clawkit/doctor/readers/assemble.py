"""Files of any kind become one setup."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from clawkit.doctor.model.compose import Compose
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.gateway import DEFAULT_PORT, Gateway
from clawkit.doctor.model.host import Host
from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.readers import pem, placement, recorded
from clawkit.doctor.readers.collect import collect
from clawkit.doctor.readers.gateways import clients, gateways
from clawkit.doctor.readers.kinds import FileKind
from clawkit.doctor.readers.logs.times import about, of_words
from clawkit.doctor.readers.piece import Piece, of_kinds, pieces, seen, units
from clawkit.doctor.readers.proxies import proxies
from clawkit.doctor.readers.recorded import Seen
from clawkit.doctor.readers.recorded.seen import hosts
from clawkit.doctor.readers.recorded.vantage import vantage
from clawkit.doctor.readers.text import TextFile
from clawkit.drift import NAME as RECORD

NAMED_UNREAD = 20
"""More files than these are a source tree, not a setup."""
OPENCLAWS_OWN = frozenset(("agents", "cache", "canvas", "config-journal-fingerprint.key", "credentials", "devices",
                           "identity", "logs", "media", "plugins", "sessions", "state", "tmp",
                           "workspace"))  # fmt: skip
"""In its state folder (gateway 2026.9.6)."""
PROSE = (".md", ".mdx", ".markdown", ".rst")
NOTES = 3
"""More files of prose than these are a project's documents, which quote errors that nobody has."""
WRITTEN = (FileKind.COMPOSE, FileKind.NGINX, FileKind.CADDYFILE, FileKind.CADDY_JSON, FileKind.OPENCLAW,
           FileKind.DOTENV, FileKind.UNIT, FileKind.TRAEFIK, FileKind.DOCKER_RUN)  # fmt: skip
"""What a folder of files consists of, and what manuals give examples of."""
PROXIES = (FileKind.NGINX, FileKind.CADDYFILE, FileKind.CADDY_JSON, FileKind.TRAEFIK, FileKind.TUNNEL, FileKind.HAPROXY,
           FileKind.APACHE, FileKind.ENVOY)  # fmt: skip


def read(paths: Sequence[Path]) -> Setup:
    files, problems = collect(paths)
    found = tuple(pieces(files))
    found += tuple(pieces(_inline(found)))
    found = _without_manuals(found)
    every = [piece.file for piece in found]
    known = [seen(piece) for piece in found]
    record = recorded.together(known)
    record = replace(record, host=hosts(record.host, units(found, every)))
    projects = _projects(found)
    cluster = _cluster(found) if not projects else ((), ())
    projects += cluster[0]
    proxied = any(piece.kind in PROXIES for piece in found) or any(map(_runs_gateway, record.containers))
    served = gateways(of_kinds(found, FileKind.OPENCLAW), projects, record.host.units, every, proxied=proxied)
    asked = proxies(found, projects, record, cluster[1])
    certificates = _certificates(of_kinds(found, FileKind.PEM), asked, projects)
    return Setup(
        proxies=asked,
        gateways=served,
        clients=clients(of_kinds(found, FileKind.OPENCLAW), every),
        compose=projects,
        containers=record.containers,
        logs=record.logs,
        failures=record.failures,
        exchanges=_settled(record.exchanges, served, projects),
        certificates=(*certificates, *record.certificates),
        host=record.host,
        unread=(*problems, *_unread(found, known)),
        containers_known=record.containers_known,
        files={file.shown: str(file.path) for file in files},
        swarm=next((one.project or one.name for one in record.containers if one.wanted is not None), ""),
        now=_now(record, certificates, _dated(found)),
    )


def _runs_gateway(container: Container) -> bool:
    from clawkit.doctor.readers.live.role import Role, role

    return role(container) is Role.GATEWAY


def _without_manuals(found: Sequence[Piece]) -> tuple[Piece, ...]:
    """What a manual beside the files shows is how it could be; a note that shows what no file says is a part of it."""
    real = {piece.kind for piece in found if piece.kind in WRITTEN and not piece.file.shown.endswith(PROSE)}
    told = [
        piece
        for piece in found
        if piece.kind in WRITTEN and piece.file.shown.endswith(PROSE) and (piece.command is None or _heading(piece))
    ]  # what `nginx -T` printed is no example
    if real and len({piece.file.shown for piece in found if piece.file.shown.endswith(PROSE)}) > NOTES:
        return tuple(piece for piece in found if not piece.file.shown.endswith(PROSE))
    several = len({piece.file.shown for piece in told}) > 1
    dropped = {id(piece) for piece in told if piece.kind in real or (real and several)}
    return tuple(piece for piece in found if id(piece) not in dropped)


def _heading(piece: Piece) -> bool:
    """A file's name above a block ("docker-compose.yml:") reads like a command without words."""
    return piece.command is not None and not piece.command.words and "." in piece.command.program


def _inline(found: Sequence[Piece]) -> list[TextFile]:
    """Caddyfiles and the like that stand in a compose file."""
    composed = of_kinds(found, FileKind.COMPOSE)
    if not any("content:" in file.text for file in composed):
        return []
    from clawkit.doctor.readers import compose

    return [one for file in composed for one in compose.inline(file)]


def _projects(found: Sequence[Piece]) -> tuple[Compose, ...]:
    from clawkit.doctor.readers import compose

    files, envs = of_kinds(found, FileKind.COMPOSE), of_kinds(found, FileKind.DOTENV)
    projects = compose.read(files, envs) if files else ()
    quadlets = of_kinds(found, FileKind.QUADLET)
    if quadlets:
        from clawkit.doctor.readers import quadlet

        projects += quadlet.read(quadlets)
    scripts = [piece.file for piece in found if piece.kind is FileKind.DOCKER_RUN]
    if scripts:
        from clawkit.doctor.readers import docker_run

        projects += tuple(made for file in scripts if (made := docker_run.read(file, envs)) is not None)
    return projects


def _cluster(found: Sequence[Piece]) -> tuple[tuple[Compose, ...], tuple[Proxy, ...]]:
    files = of_kinds(found, FileKind.KUBERNETES)
    if not files:
        return (), ()
    from clawkit.doctor.readers import kubernetes

    return kubernetes.read(files)


def _certificates(
    files: Sequence[TextFile], proxies: Sequence[Proxy], projects: Sequence[Compose]
) -> tuple[SeenCertificate, ...]:
    """Only what may be a leaf with its chain; a CA's own file that no proxy names is somebody else's."""
    if not files:
        return ()
    holding = [file for file in files if pem.holds_certificate(file)]
    paths = placement.configured([file.shown for file in holding], proxies, projects)
    read_ones = (pem.read(file, paths.get(file.shown, ""), files) for file in holding)
    return tuple(seen for seen in read_ones if seen is not None and (seen.names or seen.path))


def _settled(
    exchanges: Sequence[Exchange], gateways: Sequence[Gateway], projects: Sequence[Compose]
) -> tuple[Exchange, ...]:
    """The vantage once more, now that the gateway's ports and Docker's names are known."""
    ports = {gateway.effective_port for gateway in gateways} or {DEFAULT_PORT}
    services = [service for project in projects for service in project.services.values()]
    for service in services:
        if any(gateway.service == service.name for gateway in gateways):
            ports |= {port.published for port in service.ports if port.published and port.target in ports}
    names = {name.lower() for service in services for name in service.names}
    return tuple(
        replace(one, vantage=vantage(one.url, inside=bool(one.container), ports=ports, services=names))
        if one.url
        else one
        for one in exchanges
    )


def _says_something(text: str) -> bool:
    """More than comments."""
    return any(line.strip() and not line.lstrip().startswith(("#", "//")) for line in text.splitlines())


def _unread(found: Sequence[Piece], known: Sequence[Seen]) -> list[Problem]:
    unknown: list[str] = []
    spoke = {piece.file.shown for piece, one in zip(found, known, strict=True) if one != Seen() or piece.kind not in (
        FileKind.SESSION, FileKind.UNKNOWN)}  # fmt: skip
    states = {PurePath(piece.file.shown).parent for piece in found if piece.file.shown.endswith("openclaw.json")}
    kits = {PurePath(piece.file.shown).parent for piece in found if PurePath(piece.file.shown).name == RECORD}
    for piece in found:
        shown = piece.file.shown
        if shown in spoke or shown in unknown or not _says_something(piece.file.text) or shown.endswith(PROSE):
            continue
        if any(_belongs_to(shown, state) for state in states) or any(_is_below(shown, kit) for kit in kits):
            continue
        unknown.append(shown)
    made = [Problem("nothing in it is known to the doctor", Place(shown, None, ""), "unread") for shown in unknown]
    more = len(made) - NAMED_UNREAD
    if more > 0:
        words = f"{more} further files are not known to the doctor"
        made = [*made[:NAMED_UNREAD], Problem(words, Place("…", None, ""), "unread")]
    return made


def _is_below(shown: str, kit: PurePath) -> bool:
    """What clawkit rendered is its own affair; configuration that was added there is read like any other."""
    return PurePath(shown).is_relative_to(kit)


def _belongs_to(shown: str, state: PurePath) -> bool:
    """What OpenClaw keeps beside its openclaw.json is no part of anybody's setup."""
    path = PurePath(shown)
    below = path.relative_to(state).parts if path.is_relative_to(state) else ("",)
    return below[0] in OPENCLAWS_OWN


def _dated(found: Sequence[Piece]) -> list[float]:
    """What `date -u` printed in a session."""
    shown = [piece.file.text for piece in found if piece.command is not None and piece.command.program == "date"]
    moments = [of_words(line) for text in shown for line in text.splitlines() if line.strip()]
    return [moment for moment in moments if moment]


def _now(record: Seen, certificates: Sequence[SeenCertificate], dates: Sequence[float]) -> float:
    """The last moment of which the records speak: what they show was so then. Configuration alone is of today."""
    today = time.time()
    times = [line.time or about(line.text) for line in record.logs]
    times += [of_words(exchange.headers.get("date", "")) for exchange in record.exchanges if "date" in exchange.headers]
    times += [moment for one in record.containers for moment in (one.started, one.finished)]
    dated = [moment for moment in (*times, *dates) if moment]
    if dated:
        # a certificate that lies here was issued before it was given
        issued = [one.not_before for one in certificates if one.not_before and one.not_before <= today]
        return max(*dated, *issued) if issued else max(dated)
    looked = record.logs or record.exchanges or record.containers or record.certificates or record.host != Host()
    return 0.0 if looked else today
