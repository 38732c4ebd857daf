"""Lines of the user's in the proxy's configuration: used, kept, tried out first, and shown by `diff`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clawkit.probe import http
from clawkit.probe.target import Target
from clawkit.testing import free_ports
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]


@dataclass(frozen=True, slots=True)
class Dialect:
    main: str
    snippet: str
    hello: str
    nonsense: str


DIALECTS = {
    "caddy": Dialect("proxy/caddy/Caddyfile", "proxy/caddy/site.d/hello.caddy",
                     "respond /hello hello\n", "respnod x\n"),
    "nginx": Dialect("proxy/nginx/nginx.conf", "proxy/nginx/site.d/hello.conf",
                     "location = /hello { return 200 hello; }\n", "locatoin = / { }\n"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Home:
    run: Clawkit
    port: int
    dialect: Dialect

    @property
    def rendered(self) -> Path:
        return self.run.folder / "stack"

    def get(self, path: str) -> http.HttpFacts:
        return http.get(Target("127.0.0.1", self.port, "localhost"), path)

    def proxy(self) -> str:
        project = f"clawkit-{self.run.folder.name}"
        return docker("ps", "--no-trunc", "--quiet", "--filter", f"label=com.docker.compose.project={project}",
                      "--filter", "label=com.docker.compose.service=proxy")  # fmt: skip


@pytest.fixture(scope="module", params=["caddy", pytest.param("nginx", marks=pytest.mark.long)])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    http_port, https_port = free_ports(2)
    run = Clawkit(tmp_path_factory.mktemp("own") / secrets.token_hex(4))
    try:
        said = run("up", "--proxy", request.param, "--listen", "127.0.0.1", "--http-port", str(http_port),
                   "--https-port", str(https_port))  # fmt: skip
        assert said.code == 0, said.err
        yield Home(run, https_port, DIALECTS[request.param])
    finally:
        run("down", "--volumes", "--yes")


def test_nothing_is_different_after_up(home: Home) -> None:
    said = home.run("diff", "--exit-code")
    assert (said.code, said.out.strip()) == (0, "nothing to do: `clawkit up` changes nothing"), said.err


def test_a_line_in_the_folder_for_it_is_served_after_up(home: Home) -> None:
    (home.rendered / home.dialect.snippet).write_text(home.dialect.hello)
    told = json.loads(home.run("diff", "--json").out)
    assert told["containers"] == [{"service": "proxy", "change": "reloaded"}]
    before = home.proxy()
    said = home.run("up")
    assert said.code == 0, said.err
    assert home.get("/hello").text == "hello"
    assert home.proxy() == before
    assert home.get("/healthz").status == 200


def test_lines_that_the_proxy_refuses_are_told_while_the_running_one_goes_on(home: Home) -> None:
    before, path = home.proxy(), (home.rendered / home.dialect.snippet).with_stem("broken")
    path.write_text(home.dialect.nonsense)
    try:
        said = home.run("up")
        assert said.code == 2, said.err
        assert path.name in said.err and home.dialect.nonsense.split()[0] in said.err
        assert home.proxy() == before
        assert home.get("/hello").text == "hello"
    finally:
        path.unlink()


def test_an_edit_by_hand_and_an_override_are_kept_by_up_and_shown_by_diff(home: Home) -> None:
    path = home.rendered / home.dialect.main
    path.write_text(path.read_text() + "# mine\n")
    (home.rendered / "compose.override.yaml").write_text("services: {proxy: {labels: {mine: yes}}}\n")
    said = home.run("up")
    assert said.code == 0, said.err
    assert f"{home.dialect.main} was edited by hand and is kept" in said.err
    assert path.read_text().endswith("# mine\n")
    assert docker("inspect", "--format", '{{index .Config.Labels "mine"}}', home.proxy()) in ("yes", "true")
    shown = home.run("diff", "--exit-code")
    assert shown.code == 0 and "+# mine" in shown.out, shown.out


def test_discarded_edits_lie_beside_the_file(home: Home) -> None:
    said = home.run("up", "--discard-edits")
    assert said.code == 0, said.err
    path = home.rendered / home.dialect.main
    assert "# mine" not in path.read_text()
    assert [one.read_text()[-7:] for one in path.parent.glob("*.edited-*")] == ["# mine\n"]
    assert home.get("/hello").text == "hello"
