"""Traefik's labels, flags and files."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest
from composereading import project

from clawkit.doctor.model.proxy import Proxy, ProxyKind, Site, Where
from clawkit.doctor.model.route import Action, MatchKind, Route
from clawkit.doctor.readers import traefik
from clawkit.doctor.readers.text import TextFile

RUNNER = """\
traefik:
  image: traefik:v3.1
  command:
    - --providers.docker=true
    - --providers.docker.exposedbydefault=false
    - --providers.docker.network=web
    - --entrypoints.web.address=:80
    - --entrypoints.web.http.redirections.entrypoint.to=websecure
    - --entrypoints.websecure.address=:443
    - --certificatesresolvers.le.acme.email=me@example.net
    - --entryPoints.websecure.forwardedHeaders.trustedIPs=173.245.48.0/20,10.0.0.0/8
  ports: ["80:80", "443:443"]
"""
LABELS = (
    "traefik.enable=true",
    "traefik.http.routers.claw.rule=Host(`claw.example.net`)",
    "traefik.http.routers.claw.entrypoints=websecure",
    "traefik.http.routers.claw.tls.certresolver=le",
    "traefik.http.services.claw.loadbalancer.server.port=18789",
)


def read(*labels: str, service: str = "", runner: str = RUNNER, files: tuple[TextFile, ...] = ()) -> Proxy:
    lines = "".join(f"    - {label}\n" for label in labels)
    claw = f"openclaw:\n  image: ghcr.io/openclaw/openclaw\n{indent(dedent(service), '  ')}" + (
        f"  labels:\n{lines}" if lines else ""
    )
    (found,) = traefik.read(project("services:\n" + indent(runner + claw, "  ")), files)
    return found


def site(found: Proxy) -> Site:
    (one,) = [one for one in found.sites if one.always is Action.NONE]
    return one


def route(found: Proxy) -> Route:
    (one,) = site(found).routes
    return one


def target(found: Proxy) -> tuple[str, int | None, str]:
    upstream = route(found).upstream
    assert upstream is not None
    (one,) = upstream.targets
    return one.host, one.port, one.scheme


def test_a_router_is_a_site_and_the_container_its_target() -> None:
    found = read(*LABELS)
    assert (found.kind, found.service, found.where, found.version) == (
        ProxyKind.TRAEFIK,
        "traefik",
        Where.CONTAINER,
        (3, 1),
    )
    one = site(found)
    assert [name.value for name in one.names] == ["claw.example.net"]
    assert [(ear.port, ear.tls) for ear in one.listeners] == [(443, True)]
    assert one.tls.automatic and one.tls.issuer is not None and one.tls.issuer.value == "le"
    assert target(found) == ("openclaw", 18789, "http")
    upstream = route(found).upstream
    assert upstream is not None and "server.port=18789" in upstream.targets[0].at.text
    assert route(found).settings["docker.network"].value == "web"
    assert found.problems == () and found.email is not None and found.email.value == "me@example.net"


def test_an_entry_point_that_redirects_is_a_site_of_its_own() -> None:
    (redirecting,) = [one for one in read(*LABELS).sites if one.always is Action.REDIRECT]
    assert redirecting.names == () and [ear.port for ear in redirecting.listeners] == [80]
    assert redirecting.redirect is not None
    assert (redirecting.redirect.code, redirecting.redirect.to) == (301, "https://{host}{uri}")


def test_forwarded_headers_are_trusted_where_it_says() -> None:
    assert [value.value for value in read(*LABELS).trusted] == ["173.245.48.0/20", "10.0.0.0/8"]
    insecure = RUNNER.replace("trustedIPs=173.245.48.0/20,10.0.0.0/8", "insecure")
    assert [value.value for value in read(*LABELS, runner=insecure).trusted] == ["0.0.0.0/0"]


@pytest.mark.parametrize(
    ("service", "port"),
    [
        ('expose: ["18790", "18789"]\n', 18789),
        ('ports: ["28789:18789"]\n', 18789),
        ('ports: ["9000:8080"]\nexpose: ["18789"]\n', 8080),
        ("", None),
    ],
)
def test_without_a_port_label_the_lowest_port_of_the_container_is_taken(service: str, port: int | None) -> None:
    found = read(*LABELS[:-1], service=service)
    assert target(found) == ("openclaw", port, "http")
    upstream = route(found).upstream
    assert upstream is not None and (upstream.targets[0].variable is None) is (port is not None)


def test_labels_as_a_map_in_any_case() -> None:
    rule = "Host(`a.example.net`) || Host(`b.example.net`)"
    labels = f"labels:\n  Traefik.Enable: true\n  traefik.http.routers.Claw.Rule: '{rule}'\n"
    found = read(service=labels + 'expose: ["18789"]\n')
    assert [name.value for name in site(found).names] == ["a.example.net", "b.example.net"]


def test_what_is_not_enabled_is_not_served() -> None:
    found = read(*LABELS[1:])
    assert [one for one in found.sites if one.always is Action.NONE] == []
    assert [problem.kind for problem in found.problems] == ["not-enabled"]
    open_runner = RUNNER.replace("    - --providers.docker.exposedbydefault=false\n", "")
    assert target(read(*LABELS[1:], runner=open_runner)) == ("openclaw", 18789, "http")
    assert [p.kind for p in read("traefik.enable=false", *LABELS[1:], runner=open_runner).problems] == ["not-enabled"]


@pytest.mark.parametrize(
    ("label", "kind", "words"),
    [
        (
            "traefik.http.routers.claw.entrypoints=https",
            "unknown-entrypoint",
            "EntryPoint doesn't exist entryPointName=https routerName=claw",
        ),
        (
            "traefik.http.routers.claw.middlewares=auth@docker",
            "undefined-middleware",
            'middleware "auth@docker" does not exist',
        ),
        ("traefik.http.routers.claw.service=other", "undefined-service", 'the service "other" does not exist'),
        (
            "traefik.http.services.two.loadbalancer.server.port=1",
            "ambiguous-service",
            "Router claw cannot be linked automatically with multiple Services: claw, two",
        ),
    ],
)
def test_what_names_nothing_is_told(label: str, kind: str, words: str) -> None:
    found = read(*(one for one in LABELS if one.split("=")[0] != label.split("=")[0]), label)
    assert [(problem.kind, problem.message, problem.fatal) for problem in found.problems] == [(kind, words, False)]


def test_middlewares_make_the_route() -> None:
    base = "traefik.http.middlewares"
    one = route(
        read(
            *LABELS,
            "traefik.http.routers.claw.middlewares=all@docker",
            f"{base}.all.chain.middlewares=strip,limit,auth,only,head,size",
            f"{base}.strip.stripprefix.prefixes=/claw",
            f"{base}.limit.ratelimit.average=2",
            f"{base}.limit.ratelimit.burst=5",
            f"{base}.auth.basicauth.users=me:x",
            f"{base}.only.ipallowlist.sourcerange=10.0.0.0/8",
            f"{base}.head.headers.customrequestheaders.X-Forwarded-Proto=https",
            f"{base}.head.headers.stsseconds=300",
            f"{base}.size.buffering.maxrequestbodybytes=1000",
        )
    )
    assert one.strip_prefix is not None and one.strip_prefix.value == "/claw"
    assert [(limit.rate, limit.burst, limit.status) for limit in one.limits] == [(2, 5, 429)]
    assert one.basic_auth is not None
    assert [rule.value for rule in one.access] == ["allow 10.0.0.0/8", "deny all"]
    assert one.headers_up["x-forwarded-proto"].value == "https"
    assert one.headers_down[0][1].value == "max-age=300"
    assert one.body_limit is not None and one.body_limit.value == 1000
    assert one.buffering is not None and one.buffering.value


@pytest.mark.parametrize(
    ("labels", "to"),
    [
        (["redirectscheme.scheme=https", "redirectscheme.port=8443"], "https://{host}:8443{uri}"),
        (["redirectregex.regex=^https://(.*)", "redirectregex.replacement=http://$${1}"], "http://{host}{uri}"),
        (["redirectregex.regex=^https?://a/(.*)", "redirectregex.replacement=https://b/$${1}"], "https://b/${1}"),
    ],
)
def test_a_redirect_middleware_is_a_redirect(labels: list[str], to: str) -> None:
    up = [f"traefik.http.middlewares.up.{label}" for label in labels]
    one = route(read(*LABELS, "traefik.http.routers.claw.middlewares=up", *up))
    assert one.action is Action.REDIRECT and one.redirect is not None and one.redirect.to == to


@pytest.mark.parametrize(
    "labels",
    [
        ["redirectscheme.scheme=https"],
        ["redirectregex.regex=^https?://(.*)", "redirectregex.replacement=https://$${1}"],
    ],
)
def test_nobody_is_redirected_to_the_address_that_was_asked_for(labels: list[str]) -> None:
    up = [f"traefik.http.middlewares.up.{label}" for label in labels]
    assert route(read(*LABELS, "traefik.http.routers.claw.middlewares=up", *up)).action is Action.PROXY


def test_a_path_in_the_rule_and_a_host_header_that_is_not_passed() -> None:
    found = read(
        LABELS[0],
        "traefik.http.routers.claw.rule=Host(`claw.example.net`) && PathPrefix(`/claw`) && !Header(`X`, `1`)",
        *LABELS[2:],
        "traefik.http.services.claw.loadbalancer.passhostheader=false",
    )
    one = route(found)
    assert (one.match.kind, one.match.path, one.match.also) == (MatchKind.PREFIX, "/claw", "!header X 1")
    assert one.headers_up["host"].value == "openclaw:18789"


def test_labels_alone_are_a_proxy_that_runs_elsewhere() -> None:
    found = read(*LABELS, runner="")
    assert (found.service, found.where) == (None, Where.UNKNOWN)
    assert target(found) == ("openclaw", 18789, "http")


YAML = """\
entryPoints:
  websecure:
    address: ":443"
http:
  routers:
    claw: {rule: "Host(`claw.example.net`)", entryPoints: [websecure], service: claw, tls: {}}
  services:
    claw:
      loadBalancer:
        servers:
          - url: "http://10.0.0.5:18789"
"""
TOML = """\
[entryPoints.websecure]
address = ":443"
[http.routers.claw]
rule = "Host(`claw.example.net`)"
entryPoints = ["websecure"]
service = "claw"
[http.routers.claw.tls]
[[http.services.claw.loadBalancer.servers]]
url = "http://10.0.0.5:18789"
"""


@pytest.mark.parametrize(("name", "text", "line"), [("traefik.yml", YAML, 11), ("traefik.toml", TOML, 9)])
def test_the_file_providers_files(name: str, text: str, line: int) -> None:
    given = TextFile(Path("/given") / name, name, text)
    found = read(runner="traefik:\n  image: traefik:v3\n", files=(given,))
    assert target(found) == ("10.0.0.5", 18789, "http")
    upstream = route(found).upstream
    assert upstream is not None and upstream.targets[0].at.line == line
    assert [(ear.port, ear.tls) for ear in site(found).listeners] == [(443, True)]
    assert found.problems == ()


def test_a_project_without_traefik_has_none() -> None:
    other = TextFile(Path("/given/app.yml"), "app.yml", "http:\n  port: 80\n")
    assert traefik.read(project("services: {app: {image: x, labels: [a=b]}}"), ()) == ()
    assert traefik.read(project("services: {app: {image: x}}"), (TextFile(other.path, "a", "x: [\n"),)) == ()
