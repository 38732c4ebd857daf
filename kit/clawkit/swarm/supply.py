"""Images that no registry has: handed from the manager's engine to the nodes that run them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from clawkit.engine import far
from clawkit.engine.ports import Node
from clawkit.engine.swarm import SwarmEngine
from clawkit.errors import EnvironmentMissing
from clawkit.lock import Lock
from clawkit.stack import Image, Stack
from clawkit.swarmnames import base
from clawkit.wares import ACME

Tell = Callable[[str], None]

AT_ONCE = 4

DIGEST = "@sha256:"
"""In the name of an image that a registry has: where it has none, it was made on this machine."""


def hand_out(engine: SwarmEngine, stack: Stack, lock: Lock, homes: Mapping[str, Node], tell: Tell) -> None:
    """To all nodes at the same time, where clawkit has a way into them; elsewhere Swarm says that there is no such
    image."""
    ids = {one.ref: one.id for one in lock.images.values()}
    wanted: dict[str, tuple[Node, set[str]]] = {}
    for service, node in homes.items():
        image = image_of(stack, service)
        if image.origin == "built" or DIGEST not in image.ref:
            wanted.setdefault(node.id, (node, set()))[1].add(image.ref)

    def supplied(node: Node, refs: set[str]) -> None:
        for ref in sorted(refs):
            hand(engine, ref, ids.get(ref, ""), node, tell)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(supplied, *each) for each in wanted.values()]:
            done.result()


def image_of(stack: Stack, service: str) -> Image:
    if service == ACME:
        assert stack.images.certbot is not None, "there is such a service only where certbot is"
        return stack.images.certbot
    own = {gateway.service: gateway.image for gateway in stack.gateways}
    return stack.images.proxy if base(service) == "proxy" else own.get(base(service), stack.images.gateway)


def hand(engine: SwarmEngine, ref: str, image_id: str, node: Node, tell: Tell) -> None:
    try:
        docker = engine.reach.words(node)
    except EnvironmentMissing:
        return
    if not far.has_image(docker, ref, image_id):
        tell(f"{ref} goes to {node.name}")
        far.hand_image(docker, ref)
