"""Kubernetes manifests: an Ingress as its controller's sites, a workload with its Service as what they ask."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.links import OURS
from clawkit.doctor.model.compose import Attachment, Compose, Network, Service
from clawkit.doctor.model.gateway import DEFAULT_PORT
from clawkit.doctor.model.listener import Listener, Tls
from clawkit.doctor.model.place import Value
from clawkit.doctor.model.proxy import CONTROLLER, Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.route import Action, Match, MatchKind, Route, Timeouts
from clawkit.doctor.model.upstream import Target, Upstream
from clawkit.doctor.readers.compose import tree
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.nginx.measure import seconds, size
from clawkit.doctor.readers.text import TextFile

CLUSTER = "cluster"
"""Every pod reaches every other one."""
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Pod")
COMMUNITY, VENDOR = "nginx.ingress.kubernetes.io/", "nginx.org/"
"""Two controllers of the same name: ingress-nginx, and the one of nginx' own maker."""
BREAK = re.compile(r"^---(?:\s.*)?$")
SENT = {
    "host": "$host",
    "x-real-ip": "$remote_addr",
    "x-forwarded-for": "$remote_addr",
    "x-forwarded-proto": "$scheme",
    "x-forwarded-host": "$host",
}
UPGRADE = {"upgrade": "$http_upgrade", "connection": "$connection_upgrade"}


@dataclass(frozen=True, slots=True)
class _Object:
    kind: str
    name: str
    node: Node

    def at(self, *path: str) -> Node | None:
        found: Node | None = self.node
        for key in path:
            found = found.get(key) if found is not None else None
        return found


@dataclass(frozen=True, slots=True)
class _Ways:
    """From a Service's port to the container's."""

    services: Mapping[str, _Object]
    workloads: Sequence[_Object]

    def target(self, name: Node, port: Node | None) -> Target | None:
        service = self.services.get(name.text or "")
        if service is None:
            given = port.text or "" if port is not None else ""
            return Target(name.text or "", int(given) if given.isdigit() else None, name.at())
        ports = service.at("spec", "ports")
        asked = port.text if port is not None else None
        for one in ports.items or () if ports is not None else ():
            if asked in (None, one.word("port"), one.word("name")):
                aim = one.get("targetPort") or one.get("port")
                number = _number(aim.text or "", self.workload(service)) if aim is not None else None
                return Target(service.name, number, aim.at() if aim is not None else one.at())
        return None

    def workload(self, service: _Object) -> _Object | None:
        wanted = service.at("spec", "selector")
        labels = {key: node.text for key, node in (wanted.entries or {}).items()} if wanted is not None else {}
        for one in self.workloads:
            own = one.at("spec", "template", "metadata", "labels") or one.at("metadata", "labels")
            carried = {key: node.text for key, node in (own.entries or {}).items()} if own is not None else {}
            if labels and labels.items() <= carried.items():
                return one
        return self.workloads[0] if len(self.workloads) == 1 and not labels else None


def read(files: Sequence[TextFile]) -> tuple[tuple[Compose, ...], tuple[Proxy, ...]]:
    """Nothing where none of it is OpenClaw's."""
    objects = [one for file in files for one in _objects(file)]
    ways = _Ways({one.name: one for one in objects if one.kind == "Service"},
                 [one for one in objects if one.kind in WORKLOADS])  # fmt: skip
    made = {name: found for name, one in ways.services.items() if (found := _service(one, ways.workload(one)))}
    project = Compose(next(iter(made.values())).at, made, {CLUSTER: Network(CLUSTER, next(iter(made.values())).at)}) \
        if made else None  # fmt: skip
    sites = [site for one in objects if one.kind == "Ingress" for site in _sites(one, ways) if _ours(site, made)]
    proxies = (_proxy(sites),) if sites else ()
    return ((project,) if project is not None and proxies else ()), proxies


def _objects(file: TextFile) -> Iterator[_Object]:
    lines, start = file.text.splitlines(), 0
    ends = [number for number, line in enumerate(lines) if BREAK.match(line)] + [len(lines)]
    for end in ends:
        text = "\n" * start + "\n".join(lines[start:end])
        root = tree.parse(replace(file, text=text)).root if text.strip() else None
        start = end + 1
        for node in _listed(root):
            kind, name = node.word("kind"), _Object("", "", node).at("metadata", "name")
            if kind:
                yield _Object(kind, name.text or "" if name is not None else "", node)


def _listed(root: Node | None) -> Iterator[Node]:
    if root is None or root.entries is None:
        return
    items = root.get("items")
    yield from (items.items or ()) if items is not None else (root,)


def _containers(workload: _Object | None) -> tuple[Node, ...]:
    if workload is None:
        return ()
    found = workload.at("spec", "template", "spec", "containers") or workload.at("spec", "containers")
    return found.items or () if found is not None else ()


def _number(text: str, workload: _Object | None) -> int | None:
    if text.isdigit():
        return int(text)
    for container in _containers(workload):
        ports = container.get("ports")
        for one in ports.items or () if ports is not None else ():
            if one.word("name") == text and one.word("containerPort").isdigit():
                return int(one.word("containerPort"))
    return None


def _service(service: _Object, workload: _Object | None) -> Service | None:
    containers = _containers(workload)
    own = next((one for one in containers if OURS.search(one.word("image"))), next(iter(containers), None))
    if own is None:
        return None
    image, command, args = own.get("image"), own.get("command"), own.get("args")
    variables = own.get("env")
    environment = {
        one.word("name"): Value(value.text or "", value.at(value.text or ""))
        for one in (variables.items or () if variables is not None else ())
        if (value := one.get("value")) is not None
    }
    return Service(
        name=service.name,
        at=own.at(),
        image=Value(image.text or "", image.at()) if image is not None else None,
        entrypoint=_words(command),
        command=_words(args),
        networks=(Attachment(CLUSTER, own.at()),),
        environment=environment,
        env_unseen=True,
    )


def _words(node: Node | None) -> Value[tuple[str, ...]] | None:
    return Value(tuple(one.text or "" for one in node.items), node.at()) if node is not None and node.items else None


def _ours(site: Site, made: Mapping[str, Service]) -> bool:
    if any(OURS.search(name.value) for name in site.names):
        return True
    targets = [target for route in site.routes if route.upstream for target in route.upstream.targets]
    images = (made[one.host].image for one in targets if one.host in made)
    named = any(OURS.search(one.host) or one.port == DEFAULT_PORT for one in targets)
    return named or any(image is not None and OURS.search(image.value) for image in images)


def _sites(ingress: _Object, ways: _Ways) -> Iterator[Site]:
    notes = ingress.at("metadata", "annotations")
    own = dict(notes.entries or {}) if notes is not None else {}
    named = ingress.at("spec", "ingressClassName") or own.get("kubernetes.io/ingress.class")
    known = any(key.startswith((COMMUNITY, VENDOR)) for key in own)
    if not (known or (named is not None and "nginx" in (named.text or ""))):
        return  # of another controller, whose rules are not these
    tls = ingress.at("spec", "tls")
    secure = {host.text for one in (tls.items or () if tls is not None else ())
              if (hosts := one.get("hosts")) is not None for host in hosts.items or ()}  # fmt: skip
    rules = ingress.at("spec", "rules")
    for rule in rules.items or () if rules is not None else ():
        host, paths = rule.get("host"), _Object("", "", rule).at("http", "paths")
        routes = [_route(one, own, ways) for one in (paths.items or () if paths is not None else ())]
        ears = [Listener(80, rule.at())]
        if host is not None and host.text in secure:
            ears = [Listener(443, rule.at(), tls=True, http2=True), *ears]
        yield Site(
            names=(Value(host.text or "", host.at()),) if host is not None else (),
            listeners=tuple(ears),
            routes=tuple(one for one in routes if one is not None),
            at=rule.at(),
            tls=Tls(automatic=True),
        )


def _route(path: Node, notes: Mapping[str, Node], ways: _Ways) -> Route | None:
    backend = _Object("", "", path)
    name = backend.at("backend", "service", "name") or backend.at("backend", "serviceName")
    port = backend.at("backend", "service", "port", "number") or backend.at("backend", "service", "port", "name")
    target = ways.target(name, port or backend.at("backend", "servicePort")) if name is not None else None
    if target is None or name is None:
        return None
    vendor = any(key.startswith(VENDOR) for key in notes)
    listed = notes.get(f"{VENDOR}websocket-services")
    upgrades = not vendor or (listed is not None and (name.text or "") in re.split(r"[\s,]+", listed.text or ""))
    protocol = notes.get(f"{COMMUNITY}backend-protocol")
    scheme = (protocol.text or "http").lower() if protocol is not None else "http"
    target = replace(target, scheme={"grpcs": "grpc", "auto_http": "http"}.get(scheme, scheme),
                     at=protocol.at() if protocol is not None and scheme != "http" else target.at)  # fmt: skip
    sent = SENT | (UPGRADE if upgrades else {})
    limit, rewrite = _note(notes, "proxy-body-size", "client-max-body-size"), notes.get(f"{COMMUNITY}rewrite-target")
    login = notes.get(f"{COMMUNITY}auth-url")
    return Route(
        match=Match(MatchKind.PREFIX, path.word("path") or "/"),
        action=Action.PROXY,
        at=path.at(),
        upstream=Upstream((target,), name.at(), by_variable=True),
        headers_up={key: Value(text, path.at()) for key, text in sent.items()},
        http_version=Value("1.1", path.at()),
        timeouts=Timeouts(read=_time(notes, "proxy-read-timeout"), send=_time(notes, "proxy-send-timeout"),
                          connect=_time(notes, "proxy-connect-timeout")),
        body_limit=Value(bytes_, limit.at()) if limit is not None and (bytes_ := size(limit.text or "")) is not None
        else None,
        rewrite=_rewritten(path, rewrite),
        access=_access(notes.get(f"{COMMUNITY}whitelist-source-range")),
        forward_auth=Value(login.text or "", login.at()) if login is not None else None,
    )  # fmt: skip


def _note(notes: Mapping[str, Node], community: str, vendor: str) -> Node | None:
    return notes.get(f"{COMMUNITY}{community}") or notes.get(f"{VENDOR}{vendor}")


def _time(notes: Mapping[str, Node], name: str) -> Value[float] | None:
    written = _note(notes, name, name)
    value = seconds(written.text or "") if written is not None else None
    return Value(value, written.at()) if written is not None and value is not None else None


def _rewritten(path: Node, rewrite: Node | None) -> Value[str] | None:
    """With a capture the rest of the path goes on; without one each request asks for the very target."""
    if rewrite is None or "$" in (rewrite.text or "") or path.word("pathType") == "Exact":
        return None
    return Value(f"(?i){re.escape(path.word('path') or '/')} {rewrite.text} break", rewrite.at())


def _access(allowed: Node | None) -> tuple[Value[str], ...]:
    if allowed is None:
        return ()
    some = [f"allow {one}" for one in re.split(r"[\s,]+", allowed.text or "") if one]
    return tuple(Value(text, allowed.at()) for text in (*some, "deny all"))


def _proxy(sites: Sequence[Site]) -> Proxy:
    return Proxy(
        kind=ProxyKind.NGINX,
        sites=tuple(sites),
        at=sites[0].at,
        where=Where.CONTAINER,
        files=tuple(dict.fromkeys(site.at.source for site in sites)),
        maps={"$connection_upgrade": {"default": "upgrade", "''": ""}},
        map_sources={"$connection_upgrade": "$http_upgrade"},
        complete=False,
        options={CONTROLLER: Value(COMMUNITY.rstrip("/"), sites[0].at)},
    )
