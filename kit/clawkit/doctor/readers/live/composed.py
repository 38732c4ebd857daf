"""Containers that no compose file explains, as the project that would have made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clawkit.doctor.model.compose import Attachment, Compose, Healthcheck, Mount, Network, Port, Service
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.lines import names_secret
from clawkit.doctor.readers.live import inspected, mask
from clawkit.engine.view import Document

SECOND = 1e9
"""The engine counts durations in nanoseconds."""

NO_NETWORKS = ("host", "none")


def compose(documents: Sequence[Document]) -> Compose:
    services = [service(document) for document in documents]
    return Compose(
        at=Place("docker inspect", None, ", ".join(one.name for one in services)),
        services={one.name: one for one in services},
        networks=_networks(services),
    )


def service(document: Document) -> Service:
    name = str(document.get("Name") or "").lstrip("/")
    config, host = document.get("Config") or {}, document.get("HostConfig") or {}
    labels = config.get("Labels") or {}
    at = Place(f"docker inspect {name}", None, name)
    mode = str(host.get("NetworkMode") or "")
    policy = host.get("RestartPolicy") or {}
    return Service(
        name=str(labels.get("com.docker.compose.service") or name),
        at=at,
        image=_value(at, "Image", str(config.get("Image") or "")),
        command=_value(at, "Command", inspected.command(document)),
        container_name=_value(at, "Name", name),
        hostname=_value(at, "Hostname", str(config.get("Hostname") or "")),
        ports=tuple(_ports(at, host.get("PortBindings") or {})),
        networks=tuple(_attachments(at, document)),
        network_mode=_value(at, "NetworkMode", mode) if mode in ("host", "none") or ":" in mode else None,
        environment=_environment(at, config.get("Env") or ()),
        mounts=tuple(_mount(at, mount) for mount in document.get("Mounts") or ()),
        extra_hosts=dict(_hosts(at, host.get("ExtraHosts") or ())),
        dns=tuple(Value(str(one), _place(at, "Dns", one)) for one in host.get("Dns") or ()),
        healthcheck=_health(at, config.get("Healthcheck") or {}),
        memory=_value(at, "Memory", host["Memory"]) if host.get("Memory") else None,
        restart=_value(at, "RestartPolicy", str(policy.get("Name") or "no")),
        user=_value(at, "User", str(config["User"])) if config.get("User") else None,
        log_options=dict((host.get("LogConfig") or {}).get("Config") or {}) or None,
    )


def _place(at: Place, key: str, value: object) -> Place:
    return Place(at.source, None, f"{key}: {value}")


def _value(at: Place, key: str, value: Any) -> Value[Any]:
    shown = " ".join(mask.words(value)) if isinstance(value, tuple) else value
    return Value(value, _place(at, key, shown))


def _ports(at: Place, bindings: Mapping[str, Sequence[Mapping[str, Any]] | None]) -> Iterable[Port]:
    for inside, bound in bindings.items():
        target, _, protocol = inside.partition("/")
        for one in bound or ():
            outside = str(one.get("HostPort") or "")
            address = str(one.get("HostIp") or "")
            place = _place(at, "PortBindings", f"{address or '0.0.0.0'}:{outside} -> {inside}")
            yield Port(int(target), int(outside) if outside.isdigit() and outside != "0" else None, place,
                       "" if address in ("0.0.0.0", "::") else address, protocol or "tcp")  # fmt: skip


def _attachments(at: Place, document: Document) -> Iterable[Attachment]:
    uses = (document.get("NetworkSettings") or {}).get("Networks") or {}
    for network, use in uses.items():
        if network in NO_NETWORKS:
            continue
        address = str(use.get("IPAddress") or "")
        place = _place(at, f"Networks.{network}", address or "no address")
        fixed = (use.get("IPAMConfig") or {}).get("IPv4Address")
        yield Attachment(network, place, tuple(use.get("Aliases") or ()), Value(str(fixed), place) if fixed else None)


def _environment(at: Place, entries: Iterable[str]) -> dict[str, Value[str]]:
    """Real values, as a compose file has them; the model's places show none of them."""
    pairs = (entry.partition("=") for entry in entries)
    return {name: Value(value, _place(at, "Env", f"{name}={'***' if names_secret(name) else value}"))
            for name, _, value in pairs}  # fmt: skip


def _mount(at: Place, mount: Mapping[str, Any]) -> Mount:
    kind, target = str(mount.get("Type") or "bind"), str(mount.get("Destination") or "")
    source = str(mount.get("Name") or mount.get("Source") or "") if kind == "volume" else str(mount.get("Source") or "")
    words = str(mount.get("Mode") or "").split(",")
    label = next((word for word in words if word in ("z", "Z")), "")
    return Mount(source, target, _place(at, "Mounts", f"{source} -> {target}"), kind, not mount.get("RW", True), label)


def _hosts(at: Place, entries: Iterable[str]) -> Iterable[tuple[str, Value[str]]]:
    for entry in entries:
        name, _, address = str(entry).partition(":")
        yield name, Value(address, _place(at, "ExtraHosts", entry))


def _health(at: Place, check: Mapping[str, Any]) -> Healthcheck | None:
    test = tuple(map(str, check.get("Test") or ()))
    if not test:
        return None
    return Healthcheck(
        _place(at, "Healthcheck", " ".join(test)), test, _seconds(check, "Interval"), _seconds(check, "Timeout"),
        check.get("Retries") or None, _seconds(check, "StartPeriod"), disabled=test == ("NONE",),
    )  # fmt: skip


def _seconds(check: Mapping[str, Any], key: str) -> float | None:
    return check[key] / SECOND if check.get(key) else None


def _networks(services: Iterable[Service]) -> dict[str, Network]:
    uses = [use for one in services for use in one.networks]
    return {use.network: Network(use.network, use.at, real_name=use.network) for use in uses}
