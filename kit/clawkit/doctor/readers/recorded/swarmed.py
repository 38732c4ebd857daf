"""Services, tasks and nodes of a Swarm out of one `docker inspect`, as the containers that they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from clawkit.doctor.model.container import Container
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.text import TextFile

Raw = Mapping[str, Any]

NAMESPACE = "com.docker.stack.namespace"
"""Label that `docker stack deploy` puts on each service."""


def is_service(document: Raw) -> bool:
    return "TaskTemplate" in (document.get("Spec") or {}) and "Name" in document["Spec"]


def read(file: TextFile, documents: Sequence[Raw]) -> Iterator[Container]:
    """One for each service; without its tasks and nodes beside it, only what was asked of it is known."""
    from clawkit.doctor.readers.live import inspected
    from clawkit.engine import seats
    from clawkit.engine.node import node

    tasks = [one for one in documents if "ServiceID" in one and "DesiredState" in one]
    nodes = [node(one) for one in documents if "Description" in one and "Status" in one]
    for service in filter(is_service, documents):
        spec = service["Spec"]
        project = str((spec.get("Labels") or {}).get(NAMESPACE) or "")
        for document in seats.documents(project, [service], tasks, nodes, {}):
            yield inspected.container(document, _place(file, document, inspected.told(document["State"])))


def _place(file: TextFile, document: Raw, told: str) -> Place:
    name = str(document["Name"]).lstrip("/")
    found = re.search(rf'"Name"\s*:\s*"{re.escape(name)}"', file.text)
    return Place(file.shown, file.text.count("\n", 0, found.start()) + 1 if found else None, f"{name}: {told}")
