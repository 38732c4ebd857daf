"""Whole folders and pasted sessions as one setup."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from clawkit.doctor.model.compose import Compose, Mount, Service
from clawkit.doctor.model.container import Container
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.failure import FailureKind, Speaker
from clawkit.doctor.model.host import Host, Socket, Unit
from clawkit.doctor.model.listener import Tls
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.readers import placement
from clawkit.doctor.readers.assemble import read
from clawkit.doctor.readers.recorded import Seen

COMPOSE = """\
services:
  openclaw:
    image: openclaw/openclaw:2026.9.6
    volumes: ["./state:/home/node/.openclaw"]
    ports: ["127.0.0.1:28789:18789"]
    environment:
      OPENCLAW_GATEWAY_TOKEN: ${TOKEN}
  caddy:
    image: caddy:2.11.7-alpine
    environment: {DOMAIN: claw.example.net}
    volumes: ["./caddy.txt:/etc/caddy/Caddyfile:ro", "./certs:/certs:ro"]
    ports: ["443:443"]
"""
CADDYFILE = "{$DOMAIN} {\n\ttls /certs/fullchain.pem /certs/privkey.pem\n\treverse_proxy openclaw:18789\n}\n"
OPENCLAW = (
    '{\n  gateway: {\n    mode: "local",\n    bind: "lan", // everybody\n    trustedProxies: ["172.20.0.2"],\n  },\n}\n'
)
AT = Place("a", 1, "")


def given(folder: Path, **files: str) -> Setup:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read([folder])


@pytest.fixture
def whole(tmp_path: Path) -> Setup:
    leaf = trustme.CA().issue_cert("claw.example.net")
    return given(tmp_path, **{
        "docker-compose.yml": COMPOSE, "caddy.txt": CADDYFILE, "state/openclaw.json": OPENCLAW,
        ".env": "TOKEN=abcdef1234567890\n", "certs/fullchain.pem": leaf.cert_chain_pems[0].bytes().decode(),
        "certs/privkey.pem": leaf.private_key_pem.bytes().decode(), "notes.yaml": "apiVersion: v1\n",
        "out/curl.txt": "$ curl -i http://127.0.0.1:28789/\nHTTP/1.1 200 OK\n\n",
    })  # fmt: skip


def test_a_folder_becomes_one_setup(whole: Setup) -> None:
    (proxy,) = whole.proxies
    assert (proxy.kind, proxy.where, proxy.service, proxy.version) == (
        ProxyKind.CADDY, Where.CONTAINER, "caddy", (2, 11, 7))  # fmt: skip
    assert [name.value for name in proxy.sites[0].names] == ["claw.example.net"]
    (gateway,) = whole.gateways
    assert (gateway.service, gateway.bind.value if gateway.bind else "") == ("openclaw", "lan")
    assert gateway.at.source == "state/openclaw.json" and gateway.token is not None
    (exchange,) = whole.exchanges
    assert exchange.vantage is Vantage.DIRECT, "28789 is where the gateway is published"


def test_a_certificate_is_known_by_the_path_that_the_proxy_names(whole: Setup) -> None:
    (found,) = whole.certificates
    assert (found.path, found.key_matches) == ("/certs/fullchain.pem", True)
    assert found.at.source == "certs/fullchain.pem"


def test_what_is_not_understood_is_named_and_no_secret_is_in_the_lines(whole: Setup) -> None:
    assert [problem.at.source for problem in whole.unread] == ["notes.yaml"]
    lines = [str(value.at.text) for service in whole.services() for value in service.environment.values()]
    assert not any("abcdef1234567890" in line for line in lines)


NOTES = """\
# 502 since the upgrade

I get 502 in the browser. Console:

```
WebSocket connection to 'wss://claw.example.net/' failed: Error during WebSocket handshake: Unexpected response code: 502
```

My Caddyfile:

```
claw.example.net {
	reverse_proxy openclaw:8080
}
```

and `openclaw.json`:

```json
{ "gateway": { "mode": "local", "port": 18789 } }
```

Output of `docker ps -a`:

```
CONTAINER ID   IMAGE               STATUS                       PORTS     NAMES
1a2b3c4d5e6f   caddy:2.11          Up 2 hours                             caddy
2a2b3c4d5e6f   openclaw/openclaw   Exited (78) 5 seconds ago              openclaw
```

The log says

```console
user@vps:~/claw$ docker compose logs caddy
caddy  | {"level":"error","ts":1795514401,"logger":"http.log.error","msg":"dial tcp: lookup openclaw on 127.0.0.11:53: no such host","request":{"host":"claw.example.net","uri":"/"},"status":502}
user@vps:~/claw$ sudo ss -ltnp
State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
LISTEN 0      4096         0.0.0.0:443       0.0.0.0:*    users:(("docker-proxy",pid=9,fd=4))
user@vps:~/claw$ docker exec caddy wget -qO- http://openclaw:8080/
wget: bad address 'openclaw:8080'
user@vps:~/claw$ getenforce
Enforcing
```
"""  # noqa: E501


def test_notes_that_mix_everything_are_read_block_by_block(tmp_path: Path) -> None:
    setup = given(tmp_path, **{"bug.md": NOTES})
    assert [(proxy.kind, proxy.where) for proxy in setup.proxies] == [(ProxyKind.CADDY, Where.CONTAINER)]
    target = setup.proxies[0].sites[0].routes[0].upstream
    assert target is not None and str(target.targets[0].at) == "bug.md:13"
    assert [gateway.at.source for gateway in setup.gateways] == ["bug.md"]
    assert {c.name: (c.state, c.exit_code) for c in setup.containers} == {
        "caddy": ("running", None), "openclaw": ("exited", 78)}  # fmt: skip
    assert setup.containers_known and setup.host.sockets_known
    assert [(failure.kind, failure.upstream) for failure in setup.failures] == [(FailureKind.NO_HOST, "openclaw")]
    assert setup.host.selinux is not None and setup.host.selinux.value == "enforcing"
    assert {(one.vantage, one.status, one.error) for one in setup.exchanges} == {
        (Vantage.PUBLIC, 502, ""), (Vantage.INSIDE, None, "dns")}  # fmt: skip
    assert setup.now == 1795514401 and setup.unread == ()


def test_a_session_without_prompts_is_taken_apart_too(tmp_path: Path) -> None:
    text = ("The browser shows: disconnected (1008): pairing required\n\ncurl -I https://claw.example.net/\n"
            "HTTP/2 200\nserver: Caddy\n\ndocker logs --tail 5 openclaw\n[ws] closed code=1008 reason=pairing "
            "required\n")  # fmt: skip
    setup = given(tmp_path, **{"symptom.txt": text})
    assert {(one.status, one.close_code) for one in setup.exchanges} == {(101, 1008), (200, None)}
    assert [line.at.line for line in setup.logs if line.speaker is Speaker.GATEWAY] == [8]


ISSUE = """\
### Describe the bug
The page loads, then `disconnected (1006): no reason`.

**nginx config** (/etc/nginx/sites-available/openclaw):
```
server {
    listen 443 ssl;
    server_name claw.example.net;
    location / {
        proxy_pass http://127.0.0.1:18789;
    }
}
```

**certificate**

    $ openssl s_client -connect claw.example.net:443 </dev/null
    CONNECTED(00000003)
    ---
    Certificate chain
     0 s:CN = claw.example.net
       i:C = US, O = Let's Encrypt, CN = R11
    ---
    Verify return code: 10 (certificate has expired)
"""


def test_an_issue_with_both_forms_of_markdown_blocks(tmp_path: Path) -> None:
    setup = given(tmp_path, **{"issue.md": ISSUE})
    (proxy,) = setup.proxies
    assert (proxy.kind, proxy.where, proxy.sites[0].at.line) == (ProxyKind.NGINX, Where.HOST, 6)
    assert [(one.close_code, one.close_reason) for one in setup.exchanges] == [(1006, "no reason")]
    (certificate,) = setup.certificates
    assert (certificate.verify_error, certificate.server_name) == ("certificate has expired", "claw.example.net")
    assert certificate.at.line == 21


def test_a_file_that_was_shown_with_cat_is_that_file(tmp_path: Path) -> None:
    text = ("root@vps:~# cat /etc/systemd/system/openclaw.service\n[Unit]\nDescription=OpenClaw\n[Service]\n"
            "ExecStart=/usr/bin/openclaw gateway --port 19000\n"
            "root@vps:~# systemctl status caddy\n● caddy.service - Caddy\n     Loaded: loaded "
            "(/lib/systemd/system/caddy.service)\n"
            "     Active: active (running) since Tue\nroot@vps:~# cat /etc/caddy/Caddyfile\n"
            "claw.example.net {\n\treverse_proxy 127.0.0.1:18789\n}\n")  # fmt: skip
    setup = given(tmp_path, **{"terminal.txt": text})
    assert [gateway.effective_port for gateway in setup.gateways] == [19000]
    assert [(proxy.kind, proxy.where) for proxy in setup.proxies] == [(ProxyKind.CADDY, Where.HOST)]
    assert {unit.name: unit.at.line for unit in setup.host.units}["caddy.service"] in (7, 9)


def test_a_manual_beside_the_files_tells_no_faults(tmp_path: Path) -> None:
    setup = given(tmp_path, **{
        "README.md": "If you see\n\n```\n2026/11/24 10:00:00 [error] 1#1: *1 no live upstreams\n```\n",
        "guide.md": "When `disconnected` appears, approve the device. The gateway needs a token.\n",
        "Caddyfile": "claw.example.net {\n\treverse_proxy 127.0.0.1:18789\n}\n",
    })  # fmt: skip
    assert (setup.logs, setup.failures, setup.exchanges, setup.unread) == ((), (), (), ())


def test_configuration_alone_is_of_today_and_an_undated_record_of_no_day(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    assert abs(given(tmp_path / "a", Caddyfile=":80\nrespond ok\n").now - time.time()) < 60
    (tmp_path / "b").mkdir()
    assert given(tmp_path / "b", **{"curl.txt": "HTTP/1.1 502 Bad Gateway\n\n"}).now == 0.0


def test_twenty_files_take_no_time(tmp_path: Path) -> None:
    line = '192.0.2.1 - - [24/Nov/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 157 "-" "curl"\n'
    files = {f"logs/access-{n}.log": line * 100 for n in range(15)}
    files |= {"docker-compose.yml": COMPOSE, "caddy.txt": CADDYFILE, "state/openclaw.json": OPENCLAW}
    given(tmp_path, **files)
    start = time.process_time()
    read([tmp_path])
    assert time.process_time() - start < 1.0


# -- placement alone, on made values


def proxy(kind: ProxyKind = ProxyKind.NGINX, source: str = "nginx.conf", **fields: object) -> Proxy:
    made = Proxy(kind=kind, sites=(), at=Place(source, 1, ""), files=(source,))
    return replace(made, **fields)  # type: ignore[arg-type]


def project(*services: Service) -> Compose:
    return Compose(at=Place("deploy/compose.yaml", 1, ""), services={service.name: service for service in services})


def service(name: str, image: str = "", **fields: object) -> Service:
    made = Service(name=name, at=AT, image=Value(image, AT) if image else None)
    return replace(made, **fields)  # type: ignore[arg-type]


def where(one: Proxy, *services: Service, seen: Seen = Seen()) -> Where:  # noqa: B008
    return placement.placed(one, [project(*services)] if services else [], seen, {}).where


def test_a_proxy_runs_where_its_service_runs() -> None:
    gateway = service("claw", "openclaw/openclaw")
    assert where(proxy(), service("web", "nginx:1.27"), gateway) is Where.CONTAINER
    assert where(proxy(), service("web", "jc21/nginx-proxy-manager:2"), gateway) is Where.CONTAINER
    hosted = service("web", "nginx:1.27", network_mode=Value("host", AT))
    assert where(proxy(), hosted, gateway) is Where.HOST


def test_without_a_service_for_it_a_proxy_is_on_the_host() -> None:
    assert where(proxy(), service("claw", "openclaw/openclaw"), service("certbot", "certbot/certbot")) is Where.HOST
    assert where(proxy(), service("m", "nginx/nginx-prometheus-exporter")) is Where.HOST
    assert where(proxy()) is Where.UNKNOWN


def test_the_service_that_mounts_the_file_is_the_one() -> None:
    mount = Mount("./web/nginx.conf", "/etc/nginx/nginx.conf", AT)
    one, other = service("edge", "nginx:1.29"), service("inner", "nginx:1.22.1", mounts=(mount,))
    found = placement.placed(proxy(source="deploy/web/nginx.conf"), [project(one, other)], Seen(), {})
    assert (found.service, found.version) == ("inner", (1, 22, 1))
    assert placement.placed(proxy(source="else.conf"), [project(one, other)], Seen(), {}).service is None


def test_an_own_build_is_known_by_what_it_is_called() -> None:
    assert where(proxy(ProxyKind.CADDY), service("caddy", built=Value("./caddy", AT))) is Where.CONTAINER


@pytest.mark.parametrize(("seen", "expected"), [
    (Seen(containers=(Container("web", AT, image="nginx:1.27"),)), Where.CONTAINER),
    (Seen(containers=(Container("web", AT, image="nginx:1.27", network_mode="host"),)), Where.HOST),
    (Seen(containers=(Container("claw", AT, image="openclaw/openclaw"),), containers_known=True), Where.HOST),
    (Seen(containers=(Container("claw", AT, image="openclaw/openclaw"),)), Where.UNKNOWN),
    (Seen(host=Host(units=(Unit("nginx.service", AT, active="active"),))), Where.HOST),
    (Seen(host=Host(sockets=(Socket("0.0.0.0", 443, AT, "nginx", 1),))), Where.HOST),
    (Seen(host=Host(sockets=(Socket("0.0.0.0", 443, AT, "docker-proxy", 1),))), Where.CONTAINER),
])  # fmt: skip
def test_records_tell_where_a_proxy_runs(seen: Seen, expected: Where) -> None:
    assert where(proxy(), seen=seen) is expected


def test_debians_layout_is_a_hosts() -> None:
    assert where(proxy(source="etc/nginx/sites-enabled/claw")) is Where.HOST
    assert where(proxy(options={"user": Value("www-data", AT)})) is Where.HOST


@pytest.mark.parametrize(("image", "version"), [
    ("nginx:1.27-alpine", (1, 27)), ("docker.io/library/caddy:2.11.4", (2, 11, 4)), ("nginx:latest", None),
    ("caddy:2", None), ("nginx", None), ("jc21/nginx-proxy-manager:2.12.1", None), 
    ("openresty/openresty:1.27.1.2-alpine", (1, 27, 1)),
    ("nginx:1.29.5@sha256:abc", (1, 29, 5)), ("registry:5000/mine/nginx:1.25.3", (1, 25, 3)),
])  # fmt: skip
def test_the_tag_of_an_official_image_is_a_version(image: str, version: tuple[int, ...] | None) -> None:
    assert placement.tagged(image) == version


def test_what_the_program_says_of_itself_beats_the_tag() -> None:
    seen = Seen(versions=(("nginx", (1, 22, 1)),))
    assert placement.placed(proxy(), [project(service("web", "nginx:1.27"))], seen, {}).version == (1, 22, 1)


def test_certificates_are_found_through_mounts_and_by_their_last_parts() -> None:
    mounts = (Mount("./tls", "/etc/nginx/certs", AT),)
    tls = Tls(certificate=Value("/etc/nginx/certs/live/fullchain.pem", AT))
    one = proxy(service="web", sites=(Site(names=(), listeners=(), routes=(), at=AT, tls=tls),))
    given_files = ["deploy/tls/live/fullchain.pem", "old/fullchain.pem"]
    found = placement.configured(given_files, [one], [project(service("web", "nginx", mounts=mounts))])
    assert found == {"deploy/tls/live/fullchain.pem": "/etc/nginx/certs/live/fullchain.pem"}
    assert placement.configured(["fullchain.pem"], [one], []) == {
        "fullchain.pem": "/etc/nginx/certs/live/fullchain.pem"
    }


def test_what_clawkit_renders_beside_its_configuration_is_nobodys_surprise(tmp_path: Path) -> None:
    for name in ("clawkit.files.json", "proxy/caddy/generation", "proxy/caddy/run.sh", "secrets/main.token"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}\n")
    assert read([tmp_path]).unread == ()
    (tmp_path / "clawkit.files.json").unlink()
    assert {one.at.source for one in read([tmp_path]).unread} == {
        "proxy/caddy/generation", "proxy/caddy/run.sh", "secrets/main.token",
    }  # fmt: skip
