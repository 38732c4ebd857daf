"""What the tests of a Swarm's certificates look with, and how they take something away."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from acme import Pebble
from swarm_nodes import Node
from test_swarm import Home

from clawkit.engine.images import DockerImages
from clawkit.images import ensure
from clawkit.probe.target import Target, Trust
from clawkit.probe.tls import TlsFacts, handshake
from clawkit.settings.model import Settings
from clawkit.wait import Look, until

DOMAIN, OTHER = "claw.test", "alice.claw.test"

STORAGE = """version: "3.9"
volumes:
  certificates:
    driver_opts: {{type: none, o: bind, device: {disk}/certificates}}
  acme:
    driver_opts: {{type: none, o: bind, device: {disk}/acme}}
"""


def certbot() -> str:
    settings = Settings(proxy="nginx", domain=DOMAIN, acme_directory="https://ca.test/dir")
    return ensure(settings, DockerImages(), locked={}, say=lambda _text: None)["certbot"].ref


def shown(site: Home, pebble: Pebble, name: str = DOMAIN) -> TlsFacts:
    return handshake(Target(site.nodes.manager.address, site.port, name), Trust(pebble.ca))


def serial(site: Home, pebble: Pebble, name: str = DOMAIN) -> str:
    facts = shown(site, pebble, name)
    return facts.leaf.serial if facts.leaf and not facts.verify_code else ""


def proxy_tasks(site: Home) -> set[str]:
    """All that there ever were."""
    return set(site.nodes.manager.docker("service", "ps", "--quiet", "--no-trunc", f"{site.project}_proxy").split())


def told(site: Home, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site(*words, "--json").out)
    return found


def assert_green(site: Home) -> None:
    said = site("verify")
    assert said.code == 0, said.err + said.out


def forget(site: Home) -> None:
    """certbot has no certificate any more, so it orders another one: as a renewal that is due."""
    found = "find /data/certbot -path '*/live/main' -o -path '*/archive/main' -o -path '*/renewal/main.conf'"
    site.inside("acme", "sh", "-c", f"rm -rf $({found})")


def lose(site: Home, volume: str) -> None:
    """Docker takes its time to remove the container that had it."""

    def look() -> Look:
        with suppress(AssertionError):
            site.nodes.manager.docker("volume", "rm", volume)
        left = site.nodes.manager.docker("volume", "ls", "--quiet", "--filter", f"name={volume}")
        return Look(ready=not left, doing="in use")

    until(look, seconds=30, what=volume, tell=lambda _text: None)


def put(site: Home, service: str, node: Node) -> None:
    site.nodes.manager.docker("node", "update", "--label-add", f"clawkit.{site.project}.{service}=here", node.name)


def both(site: Home, pebble: Pebble) -> None:
    def look() -> Look:
        seen = [handshake(Target(node.address, site.port, DOMAIN), Trust(pebble.ca)) for node in site.nodes.all]
        return Look(ready=not any(one.failure or one.verify_code for one in seen), doing="not both have it")

    until(look, seconds=30, what="the certificate on both", tell=lambda _text: None)
