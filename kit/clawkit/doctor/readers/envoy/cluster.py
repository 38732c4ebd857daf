"""Envoy's clusters as upstreams."""

from __future__ import annotations

from collections.abc import Iterator

from clawkit.doctor.model.place import Value
from clawkit.doctor.model.upstream import HealthCheck, Target, Upstream
from clawkit.doctor.readers.compose.tree import Node, walk


def upstream(node: Node) -> Upstream | None:
    tls = _named(node.get("transport_socket"), "tls")
    newer = any(path.endswith("http2_protocol_options") for path, _ in walk(node))
    scheme = "https" if tls else "h2c" if newer else "http"
    targets = tuple(_targets(node, scheme))
    if not targets:
        return None
    return Upstream(
        targets, node.at(), node.word("name") or None,
        by_variable=node.word("type").upper() in ("STRICT_DNS", "LOGICAL_DNS"),
        tls_verify=Value(False, node.at()) if tls else None, health=_health(node),
    )  # fmt: skip


def _named(node: Node | None, word: str) -> bool:
    return node is not None and word in node.word("name")


def _targets(node: Node, scheme: str) -> Iterator[Target]:
    for path, each in walk(node):
        address = each.get("socket_address") if path.endswith("address") else None
        if address is None or ".health_check" in path:
            continue
        port = address.get("port_value")
        text = port.text if port is not None and port.text else ""
        number = int(text) if text.isdigit() else None
        yield Target(address.word("address"), number, (port or address).at(), scheme)


def _health(node: Node) -> HealthCheck | None:
    for check in (node.get("health_checks") or node).items or ():
        http = check.get("http_health_check")
        path = http.get("path") if http is not None else None
        if path is not None and path.text:
            return HealthCheck(Value(path.text, path.at()))
    return None
