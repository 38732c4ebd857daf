"""Which services of a Swarm `clawkit up` would create, replace or remove: what the files ask for beside what runs.

Swarm keeps no hash of what it was given, so the parts are compared that a change of clawkit's shows in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clawkit.engine import tasks
from clawkit.engine.hashes import Fate
from clawkit.engine.ports import Node
from clawkit.engine.raw import Raw

KINDS = ("configs", "secrets")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of one service, by its files."""

    image: str
    wares: frozenset[str]
    """Names of its configs and secrets, which follow their content."""
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Present:
    image: str
    wares: frozenset[str]
    running: bool


def wanted(texts: Iterable[str]) -> Mapping[str, Wanted]:
    """Of stack.yaml and what the user has laid over it, in this order."""
    import yaml

    documents = [yaml.safe_load(text) or {} for text in texts]
    names = {(kind, key): one.get("name", key) for document in documents for kind in KINDS
             for key, one in (document.get(kind) or {}).items() if isinstance(one, dict)}  # fmt: skip
    merged: dict[str, dict[str, Any]] = {}
    for document in documents:
        for service, given in (document.get("services") or {}).items():
            merged[service] = _over(merged.get(service, {}), given or {})
    return {service: Wanted(str(given.get("image", "")), frozenset(_wares(given, names)), given)
            for service, given in merged.items()}  # fmt: skip


def _over(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Lists are joined, everything else is replaced: as far as images, configs and secrets go, as Docker does it."""
    joined = {key: [*base[key], *given[key]] for key in KINDS if key in base and key in given}
    return {**base, **given, **joined}


def _wares(given: Mapping[str, Any], names: Mapping[tuple[str, str], str]) -> Iterable[str]:
    for kind in KINDS:
        for one in given.get(kind) or ():
            key = one["source"] if isinstance(one, dict) else str(one)
            yield names.get((kind, key), key)


def present(project: str, found: Sequence[Raw], all_tasks: Sequence[Raw],
            nodes: Sequence[Node]) -> Mapping[str, Present]:  # fmt: skip
    """Service -> what it runs with now."""
    up = {one.name for one in tasks.services(project, found, all_tasks, nodes) if one.running}
    named = {raw["Spec"]["Name"].removeprefix(f"{project}_"): raw for raw in found}
    return {name: _present(raw, running=name in up) for name, raw in named.items()}


def _present(raw: Raw, *, running: bool) -> Present:
    spec = raw["Spec"]["TaskTemplate"]["ContainerSpec"]
    wares = [one["ConfigName"] for one in spec.get("Configs") or ()]
    wares += [one["SecretName"] for one in spec.get("Secrets") or ()]
    return Present(spec["Image"].partition("@")[0], frozenset(wares), running)


def fates(want: Mapping[str, Wanted], there: Mapping[str, Present],
          before: Mapping[str, Wanted]) -> dict[str, Fate]:  # fmt: skip
    """Service -> what becomes of it; `before`: by the files as they lie there, which it was made from."""
    found = {name: _fate(one, there.get(name), before.get(name)) for name, one in want.items()}
    return {**found, **{name: Fate.REMOVED for name in there if name not in want}}


def _fate(want: Wanted, there: Present | None, before: Wanted | None) -> Fate:
    if there is None:
        return Fate.CREATED
    same = want.image.partition("@")[0] == there.image and want.wares == there.wares
    if not same or (before is not None and before.definition != want.definition):
        return Fate.REPLACED
    return Fate.KEPT if there.running else Fate.STARTED
