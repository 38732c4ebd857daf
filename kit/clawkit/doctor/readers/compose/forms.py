"""One form for each thing that Compose lets people write in several, so that files can be merged by its rules."""

from __future__ import annotations

from dataclasses import replace

from clawkit.doctor.readers.compose.tree import Node

PAIRS = ("environment", "labels", "annotations", "sysctls")
"""Lists of K=V that may also be maps."""
LISTS = ("env_file", "dns", "dns_search", "tmpfs", "label_file")
"""Lists that may also be a single value."""


def service(raw: Node) -> Node:
    """The service with maps for its pairs and lists for its lists. What is neither stays, for the schema to refuse."""
    if raw.entries is None:
        return raw
    entries = dict(raw.entries)
    for key in PAIRS:
        if key in entries:
            entries[key] = _pairs(entries[key], "=")
    for key in LISTS:
        found = entries.get(key)
        if found is not None and (found.text is not None or (key == "env_file" and found.entries is not None)):
            entries[key] = replace(found, text=None, entries=None, items=(found,))
    if "extra_hosts" in entries:
        entries["extra_hosts"] = hosts(entries["extra_hosts"])
    deploy = entries.get("deploy")
    if deploy is not None and "labels" in (deploy.entries or {}):
        inner = dict(deploy.entries or {})
        entries["deploy"] = replace(deploy, entries={**inner, "labels": _pairs(inner["labels"], "=")})
    for key in ("networks", "depends_on"):
        if key in entries:
            entries[key] = _named(entries[key])
    return replace(raw, entries=entries)


def _pairs(node: Node, sign: str) -> Node:
    if node.items is None:
        return node
    found: dict[str, Node] = {}
    for item in node.items:
        if item.text is None:
            continue
        name, equals, value = item.text.partition(sign)
        found[name.strip()] = replace(item, text=value if equals else None, plain=False, unset=item.unset)
    return replace(node, items=None, entries=found)


def hosts(node: Node) -> Node:
    """extra_hosts: "name:address", "name=address" or a map; an address may be IPv6, with brackets or without."""
    if node.items is None:
        return node
    found: dict[str, Node] = {}
    for item in node.items:
        text = item.text or ""
        sign = "=" if "=" in text else ":"
        name, _, address = text.partition(sign)
        found[name.strip()] = replace(item, text=address.strip().strip("[]"))
    return replace(node, items=None, entries=found)


def _named(node: Node) -> Node:
    """A list of names as a map of nothing."""
    if node.items is None:
        return node
    named = {item.text: replace(item, text=None) for item in node.items if item.text}
    return replace(node, items=None, entries=named)


def project(root: Node) -> Node:
    """The whole file with every service in its one form."""
    services = root.get("services")
    if root.entries is None or services is None or services.entries is None:
        return root
    made = {name: service(part) for name, part in services.entries.items()}
    return replace(root, entries={**root.entries, "services": replace(services, entries=made)})
