"""How services of a Swarm, their further places and the labels of their nodes are called."""

from __future__ import annotations

HERE = "here"
"""Value of a node's label: what the service keeps is on it."""

AT = "@"
"""Between a service and its node, of the further places of one that runs on several: `proxy@node2`."""


def base(service: str) -> str:
    """Its name in stack.yaml: `proxy` for `proxy@node2`."""
    return service.partition(AT)[0]


def label(project: str, service: str) -> str:
    """Of the nodes that keep what this service keeps; the same for all its places."""
    return f"clawkit.{project}.{base(service)}"
