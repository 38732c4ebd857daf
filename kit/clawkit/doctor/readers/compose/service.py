"""One merged service as the model's `Service`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from clawkit.doctor.model.compose import Attachment, Healthcheck, Service
from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers.compose import environment, ports, units, volumes
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.lines import hidden

T = TypeVar("T")
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a service needs to know of its project."""

    variables: Mapping[str, str]
    saw_dotenv: bool
    find: environment.FindFile
    folder: Path | None
    problems: list[Problem]


def read(name: str, node: Node, around: Surroundings) -> Service:
    env = environment.read(node, around.variables, around.saw_dotenv, around.find)
    limits = _path(node, "deploy", "resources", "limits")
    expose = ports.exposed(node.get("expose"))
    mode = node.get("network_mode")
    return Service(
        name=name,
        at=node.at(),
        image=_text(node, "image"),
        built=_built(node),
        command=_command(node, "command"),
        entrypoint=_command(node, "entrypoint"),
        container_name=_text(node, "container_name"),
        hostname=_text(node, "hostname"),
        ports=ports.read(node.get("ports"), around.problems),
        expose=expose,
        networks=() if mode else _networks(node),
        network_mode=_text(node, "network_mode"),
        environment=env.values,
        inherited=env.inherited,
        env_unseen=env.unseen,
        mounts=volumes.read(node.get("volumes"), node.get("tmpfs"), around.folder),
        extra_hosts=_texts(node, "extra_hosts"),
        dns=_list(node, "dns"),
        depends_on=_depends(node),
        healthcheck=_health(node.get("healthcheck")),
        memory=_value(node.get("mem_limit") or (limits.get("memory") if limits else None), units.size),
        pids=_value(node.get("pids_limit") or (limits.get("pids") if limits else None), units.whole),
        restart=_restart(node),
        stop_grace=_value(node.get("stop_grace_period"), units.seconds),
        stop_signal=_text(node, "stop_signal"),
        user=_text(node, "user"),
        read_only=_value(node.get("read_only"), lambda text: text.lower() in ("true", "yes", "on")),
        tmpfs=_list(node, "tmpfs"),
        cap_add=tuple(value.value for value in _list(node, "cap_add")),
        cap_drop=_list(node, "cap_drop"),
        labels=_texts(node, "labels"),
        deploy_labels=_texts(deploy, "labels") if (deploy := node.get("deploy")) else {},
        profiles=tuple(value.value for value in _list(node, "profiles")),
        log_options=_log_options(node.get("logging")),
        platform=_text(node, "platform"),
        replicas=_value(_path(node, "deploy", "replicas") or node.get("scale"), units.whole),
        security_opt=_list(node, "security_opt"),
        privileged=_value(node.get("privileged"), lambda text: text.lower() in ("true", "yes", "on")),
        cpus=_value(node.get("cpus") or (limits.get("cpus") if limits else None), _number),
        log_driver=_text(node.get("logging"), "driver"),
    )


def _text(node: Node | None, key: str) -> Value[str] | None:
    found = node.get(key) if node else None
    return Value(found.text, found.at()) if found and found.text is not None else None


def _value(node: Node | None, turn: Callable[[str], T | None]) -> Value[T] | None:
    if node is None or node.text is None:
        return None
    made = turn(node.text)
    return None if made is None else Value(made, node.at())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _path(node: Node, *keys: str) -> Node | None:
    found: Node | None = node
    for key in keys:
        found = found.get(key) if found else None
    return found


def _list(node: Node, key: str) -> tuple[Value[str], ...]:
    found = node.get(key)
    items = (found.items if found else None) or ()
    return tuple(Value(item.text, item.at()) for item in items if item.text is not None)


def _texts(node: Node, key: str) -> dict[str, Value[str]]:
    found = node.get(key)
    entries = (found.entries if found else None) or {}
    return {name: Value(environment.scalar(part), environment.shown(name, part)) for name, part in entries.items()}


def _command(node: Node, key: str) -> Value[tuple[str, ...]] | None:
    found = node.get(key)
    if found is None:
        return None
    words = tuple(item.text or "" for item in found.items or ()) if found.text is None else units.words(found.text)
    return Value(words, found.at(_secret(words))) if found.entries is None else None


def _secret(words: tuple[str, ...]) -> str:
    """What follows --token or --password on a command line."""
    pairs = pairwise(words)
    return next((value for flag, value in pairs if flag.startswith("--") and hidden(flag, value)), "")


def _built(node: Node) -> Value[str] | None:
    found = node.get("build")
    if found is None:
        return None
    return Value(found.text if found.text is not None else found.word("context") or ".", found.at())


def _networks(node: Node) -> tuple[Attachment, ...]:
    found = node.get("networks")
    if found is None or not found.entries:
        return (Attachment(DEFAULT, node.at()),)
    return tuple(
        Attachment(name, part.at(), tuple(value.value for value in _list(part, "aliases")), _text(part, "ipv4_address"))
        for name, part in found.entries.items()
    )


def _depends(node: Node) -> dict[str, Value[str]]:
    found = node.get("depends_on")
    return {
        name: Value(part.word("condition") or "service_started", part.at())
        for name, part in ((found.entries if found else None) or {}).items()
    }


def _health(node: Node | None) -> Healthcheck | None:
    if node is None:
        return None
    test = node.get("test")
    words = tuple(item.text or "" for item in (test.items if test else None) or ())
    if test and test.text is not None:
        words = ("CMD-SHELL", test.text)
    flag = node.get("disable")
    return Healthcheck(
        at=(test or node).at(),
        test=words,
        interval=_seconds(node, "interval"),
        timeout=_seconds(node, "timeout"),
        retries=units.whole(node.word("retries")),
        start_period=_seconds(node, "start_period"),
        disabled=bool(flag and flag.boolean) or words[:1] == ("NONE",),
    )


def _seconds(node: Node, key: str) -> float | None:
    return units.seconds(node.word(key))


def _restart(node: Node) -> Value[str] | None:
    written = _text(node, "restart")
    if written:
        return written
    policy = _path(node, "deploy", "restart_policy")
    if policy is None:
        return None
    condition = _text(policy, "condition")
    names = {"any": "always", "none": "no"}
    return (
        Value(names.get(condition.value, condition.value), condition.at) if condition else Value("always", policy.at())
    )


def _log_options(node: Node | None) -> dict[str, str] | None:
    if node is None:
        return None
    options = node.get("options")
    return {name: part.text or "" for name, part in ((options.entries if options else None) or {}).items()}
