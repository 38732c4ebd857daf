"""Setups that the kit did not make: which containers belong together, and what they were made from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from live_view import FakeView, document

from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.readers.live import composed, containers, foreign, group, hosted
from clawkit.doctor.walk import theirs
from clawkit.engine.view import Document
from clawkit.errors import EngineError

OPENCLAW = '{gateway: {mode: "local", port: 18789, auth: {token: "abcdefgh"}}}'
CADDYFILE = "claw.example.net {\n\treverse_proxy openclaw:18789\n}\n"


def on(*networks: str) -> dict[str, Any]:
    uses = {name: {"IPAddress": f"172.20.{at}.9", "Aliases": []} for at, name in enumerate(networks)}
    return {"NetworkSettings": {"Ports": {}, "Networks": uses}}


def caddy(name: str, *networks: str, **more: Any) -> dict[str, Any]:
    return document(name, Config={"Image": "caddy:2"}, Path="caddy", Args=["run"], **on(*networks), **more)


def grouped(*documents: Document) -> list[list[str]]:
    found = group.groups(documents, containers.all_of(FakeView(), documents))
    return [[one.name for one in each.containers] for each in found]


def test_whoever_shares_a_network_with_a_gateway_belongs_to_it() -> None:
    other = document("db", Config={"Image": "postgres:16"}, Path="postgres", Args=[], **on("elsewhere"))
    assert grouped(document("claw", **on("ai")), caddy("edge", "ai"), other) == [["claw", "edge"]]


def test_the_default_bridge_joins_nobody() -> None:
    stranger = document("db", Config={"Image": "postgres:16"}, Path="postgres", Args=[], **on("bridge"))
    assert grouped(document("claw", **on("bridge")), stranger) == [["claw"]]


def test_the_only_gateway_has_every_proxy_because_no_common_network_may_be_the_fault() -> None:
    assert grouped(document("claw", **on("ai")), caddy("edge", "web")) == [["claw", "edge"]]
    two = (document("claw", **on("ai")), document("second", **on("more")), caddy("edge", "ai"))
    assert grouped(*two) == [["claw", "edge"], ["second"]]


def test_an_engine_without_openclaw_has_no_group() -> None:
    assert grouped(caddy("edge", "web")) == []


def test_containers_without_a_compose_file_become_the_project_that_would_have_made_them() -> None:
    made = composed.service(document(
        "claw",
        Config={"Env": ["OPENCLAW_GATEWAY_TOKEN=s3cret-token-value", "TZ=UTC"], "Image": "openclaw:local",
                "Healthcheck": {"Test": ["CMD", "curl", "-f", "http://x"], "Interval": 3_000_000_000, "Retries": 2}},
        HostConfig={"PortBindings": {"18789/tcp": [{"HostIp": "127.0.0.1", "HostPort": "28789"}]},
                    "ExtraHosts": ["host.docker.internal:host-gateway"], "Memory": 536870912, "NetworkMode": "ai"},
        Mounts=[{"Type": "bind", "Source": "/srv/claw", "Destination": "/home/node/.openclaw", "Mode": "Z"}],
    ))  # fmt: skip
    (port,), (mount,) = made.ports, made.mounts
    assert (port.address, port.published, port.target) == ("127.0.0.1", 28789, 18789)
    assert (mount.source, mount.target, mount.kind, mount.label) == ("/srv/claw", "/home/node/.openclaw", "bind", "Z")
    assert made.extra_hosts["host.docker.internal"].value == "host-gateway"
    assert made.memory is not None and made.memory.value == 536870912
    assert made.healthcheck is not None and (made.healthcheck.interval, made.healthcheck.retries) == (3.0, 2)
    assert [use.network for use in made.networks] == ["ai"] and not made.host_network
    assert "openclaw" in made.names
    assert made.environment["OPENCLAW_GATEWAY_TOKEN"].at.text == "Env: OPENCLAW_GATEWAY_TOKEN=***"


def test_a_container_on_the_hosts_network_says_so() -> None:
    made = composed.service(document("edge", HostConfig={"NetworkMode": "host"}, **on("host")))
    assert made.host_network and made.networks == ()


def test_a_strangers_stack_is_read_from_its_containers() -> None:
    ports = {"443/tcp": [{"HostIp": "0.0.0.0", "HostPort": "443"}], "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "80"}]}
    edge = document("edge", Config={"Image": "caddy:2", "Env": ["CADDY_VERSION=v2.11.4"]}, Path="caddy", Args=["run"],
                    HostConfig={"PortBindings": ports, "NetworkMode": "ai"},
                    NetworkSettings={"Ports": ports, "Networks": {"ai": {"IPAddress": "172.20.0.2"}}})  # fmt: skip
    view = FakeView(
        known=(document("claw"), edge),
        files={"/etc/caddy/Caddyfile": CADDYFILE,
               "/home/node/.openclaw/openclaw.json": OPENCLAW},
    )  # fmt: skip
    setup = foreign.read_all(view)[0]
    (gateway,), proxy = setup.gateways, setup.proxies[0]
    assert (gateway.service, gateway.has_config, gateway.effective_port) == ("claw", True, 18789)
    assert (proxy.service, proxy.where, proxy.version) == ("edge", Where.CONTAINER, (2, 11, 4))
    assert setup.containers_known and "abcdefgh" not in repr(setup)
    (way,) = theirs.ways(setup)
    assert (way.origin, way.upstream, way.gateway_port) == ("https://claw.example.net", "http://openclaw:18789", 18789)
    assert way.addresses[0] == "127.0.0.1" and way.entry_port == 80 and way.public
    assert way.proxy is not None and way.proxy.name == "edge"
    assert way.direct is not None and way.direct.where == "172.20.0.3:18789"


class NoEngine(FakeView):
    def documents(self, project: str = "") -> tuple[Document, ...]:
        raise EngineError("docker ps: Cannot connect to the Docker daemon")


def test_without_an_engine_there_is_nothing_here_and_no_error() -> None:
    assert [setup for setup in foreign.read_all(NoEngine()) if setup.containers] == []


def test_a_hosts_own_proxy_counts_only_when_it_names_openclaw(tmp_path: Path) -> None:
    nginx = tmp_path / "nginx"
    (nginx / "sites-enabled").mkdir(parents=True)
    (nginx / "nginx.conf").write_text("events {}\nhttp { include /etc/nginx/sites-enabled/*; }\n")
    (nginx / "sites-enabled/blog").write_text("server { listen 80; server_name blog.example.net; root /srv; }\n")
    assert hosted.proxies(nginx, tmp_path / "none") == ()
    (nginx / "sites-enabled/claw").write_text(
        "server { listen 80; server_name c.example.net; location / { proxy_pass http://127.0.0.1:18789; } }\n"
    )
    (found,) = hosted.proxies(nginx, tmp_path / "none")
    assert found.where is Where.HOST
    assert {name.value for site in found.sites for name in site.names} == {"blog.example.net", "c.example.net"}


def test_a_hosts_own_gateway_is_the_one_that_a_unit_runs(tmp_path: Path) -> None:
    (tmp_path / ".openclaw").mkdir()
    (tmp_path / ".openclaw/openclaw.json").write_text('{"gateway": {"mode": "local", "port": 19000}}')
    assert hosted.gateways((), [tmp_path]) == ()
    (found,) = hosted.gateways((Unit("openclaw-gateway.service", Place("systemctl", None, "")),), [tmp_path])
    assert found.effective_port == 19000


def test_a_setup_without_a_named_site_has_no_way_to_walk() -> None:
    assert theirs.ways(Setup()) == ()
