"""HAProxy as a proxy: the names that a frontend tells apart are its sites, the backends behind them the routes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site
from clawkit.doctor.model.route import Action, MatchKind, Redirect, Route
from clawkit.doctor.readers.haproxy import backend
from clawkit.doctor.readers.haproxy.condition import Asked, branches, named
from clawkit.doctor.readers.haproxy.section import Line, Section, sections
from clawkit.doctor.readers.text import TextFile

ADDRESS = re.compile(r"^(?:ipv[46]@)?(?:\[(?P<v6>[^\]]*)\]|(?P<host>[^:]*)):(?P<port>\d+)$")


def read(files: Sequence[TextFile]) -> tuple[Proxy, ...]:
    """All files together are one: HAProxy takes a folder of them."""
    found = [section for file in files for section in sections(file)]
    fronts = [section for section in found if section.kind in ("frontend", "listen")]
    if not fronts and not any(section.kind == "backend" for section in found):
        return ()
    made = _Haproxy(found)
    sites = tuple(site for front in fronts for site in made.sites(front))
    return (
        Proxy(
            ProxyKind.HAPROXY,
            sites,
            (fronts or found)[0].at,
            files=tuple(file.shown for file in files),
            problems=tuple(made.problems),
        ),
    )


@dataclass(slots=True)
class _Haproxy:
    all: Sequence[Section]
    problems: list[Problem] = field(default_factory=list)

    def sites(self, front: Section) -> Iterator[Site]:
        listeners = [one for line in front.own("bind") for one in _listeners(line)]
        if not listeners:
            return
        plain = [one for one in listeners if not one.tls]
        redirect, where = _redirect(front)
        if redirect is not None and where is not None and plain and len(plain) < len(listeners):
            # `unless { ssl_fc }`: plain requests go no further
            yield Site((), tuple(plain), (), redirect.at, always=Action.REDIRECT, redirect=redirect)
            listeners, redirect = [one for one in listeners if one.tls], None
        elif redirect is not None and where is not None and all(one.tls for one in listeners):
            redirect = None
        always = Action.REDIRECT if redirect is not None else Action.NONE
        grouped = self._grouped(front, listeners[0].port)
        for names, routes in grouped or [((), [])]:
            yield Site(
                names, tuple(listeners), tuple(routes), names[0].at if names else front.at, tls=_tls(front),
                always=always, redirect=redirect, stream=front.mode == "tcp",
            )  # fmt: skip

    def _grouped(self, front: Section, port: int) -> list[tuple[tuple[Value[str], ...], list[Route]]]:
        """Rules without a name hold for every name, those of a name only there."""
        acls = named(front)
        rules = [(line, one) for line in front.own("use_backend") for one in branches(line.words, acls)]
        rules += [(line, Asked()) for line in front.own("default_backend")[-1:]]
        if front.kind == "listen" and front.own("server"):
            rules.append((Line((), front.own("server")[0].at), Asked()))
        made: dict[tuple[str, ...], list[Route]] = {}
        places: dict[tuple[str, ...], Place] = {}
        for line, asked in rules:
            back = front if not line.words else self._backend(line)
            route = _route(front, back, asked, line, port) if back is not None else None
            if route is not None:
                made.setdefault(asked.hosts, []).append(route)
                places.setdefault(asked.hosts, line.at)
        made = {names: _reached(routes) for names, routes in made.items()}
        anywhere = made.get((), [])
        return [
            (
                tuple(Value(name, _acl(front, name) or places[names]) for name in names),
                _reached([*routes, *anywhere]) if names else routes,
            )
            for names, routes in made.items()
        ]

    def _backend(self, line: Line) -> Section | None:
        name = line.words[1] if len(line.words) > 1 else ""
        found = next((one for one in self.all if one.kind in ("backend", "listen") and one.name == name), None)
        if found is None and not name.startswith("%["):
            words = f"unable to find required {line.words[0]}: '{name}'"
            self.problems.append(Problem(words, line.at, "unknown-backend"))
        return found


def _reached(routes: Sequence[Route]) -> list[Route]:
    """The first rule that fits counts: what an earlier one takes whole never gets to a later one."""
    kept: list[Route] = []
    for route in routes:
        plain = [one.match for one in kept if one.match.kind is MatchKind.PREFIX and not one.match.also]
        if not any(route.match.path.startswith(match.path) for match in plain):
            kept.append(route)
    return kept


def _acl(front: Section, name: str) -> Place | None:
    return next((line.at for line in front.own("acl") if name in line.words), None)


def _route(front: Section, back: Section, asked: Asked, line: Line, port: int) -> Route:
    target = backend.upstream(back, port)
    rules = backend.Rules()
    for section in (front, back) if back is not front else (front,):
        rules.add(section)
    fixed = next((one for one in back.own("http-request", "deny") if "if" not in one.words), None)
    if target is None:
        status = fixed.after("deny_status") if fixed is not None else "503"
        number = int(status) if status.isdigit() else 403
        return Route(asked.match, Action.RESPOND, line.at, respond=Value(number, fixed.at if fixed else back.at))
    return Route(
        asked.match, Action.PROXY, line.at, upstream=target, headers_up=rules.up, headers_down=tuple(rules.down),
        timeouts=backend.timeouts(front, back), strip_prefix=rules.strip, rewrite=rules.rewrite,
        access=tuple(rules.access), basic_auth=rules.basic,
    )  # fmt: skip


def _redirect(front: Section) -> tuple[Redirect | None, bool | None]:
    """An unconditional redirect, or one that asks only whether TLS was spoken: then the second is not None."""
    acls = named(front)
    for line in (*front.own("http-request", "redirect"), *front.own("redirect")):
        words = line.words[line.words.index("redirect") + 1 :]
        asked = branches(words, acls)
        if len(words) < 2 or len(asked) != 1:
            continue
        code = int(words[words.index("code") + 1]) if "code" in words[:-1] else 302
        to = {"scheme": f"{words[1]}://{{host}}{{uri}}", "prefix": f"{words[1]}{{uri}}"}.get(words[0], words[1])
        if asked[0] == Asked():
            return Redirect(code, to, line.at), None
        if asked[0].only_tls and asked[0].tls is False:
            return Redirect(code, to, line.at), False
    return None, None


def _listeners(line: Line) -> Iterator[Listener]:
    alpn = line.after("alpn") or ("h2,http/1.1" if "ssl" in line.words else "")
    for one in line.words[1].split(",") if len(line.words) > 1 else ():
        found = ADDRESS.match(one)
        if found is not None and not one.startswith(("quic", "unix", "abns", "fd@")):
            address = found["v6"] if found["v6"] is not None else found["host"].replace("*", "").replace("0.0.0.0", "")
            yield Listener(
                int(found["port"]), line.at, address, tls="ssl" in line.words, http2="h2" in alpn,
                proxy_protocol="accept-proxy" in line.words, both_families="v4v6" in line.words,
            )  # fmt: skip


def _tls(front: Section) -> Tls:
    """A folder of certificates names none of them."""
    line = next((one for one in front.own("bind") if "crt" in one.words), None)
    if line is None:
        return Tls()
    path = line.after("crt")
    own = Value(path, line.at) if path.endswith((".pem", ".crt")) else None
    wanted = line.after("verify")
    return Tls(certificate=own, client_auth=Value(wanted, line.at) if wanted == "required" else None)
