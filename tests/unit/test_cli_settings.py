from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from fakes import Clawkit, Said, as_nobody, command_line

BAD = [
    (("--domain", "a b"), "domain: 'a b' is not a host name"),
    (("--domain", "https://example.com/"), "is a URL; give the host name alone"),
    (("--domain", "example.com:8443"), "holds a port"),
    (("--https-port", "70000"), "https_port: 70000: input should be less than or equal to 65535"),
    (("--http-port", "0"), "http_port: 0: input should be greater than or equal to 1"),
    (("--https-port", "https"), "https_port: 'https'"),
    (("--http-port", "443"), "http_port and https_port are both 443"),
    (("--proxy", "apache"), "proxy: 'apache': input should be 'caddy' or 'nginx'"),
    (("--tls", "letsencrypt"), "tls: 'letsencrypt'"),
    (("--email", "nobody"), "'nobody' is not an e-mail address"),
    (("--gateway-memory", "512m"), "OpenClaw does not boot under 1g"),
    (("--gateway-cpus", "nan"), "gateway_cpus"),
    (("--listen", "eth0"), "'eth0' is not an IP address"),
    (("--subnet", "10.0.0.0/8"), "is not a private IPv4 /21"),
    (("--name", "My Stack"), "'My Stack' is not a name"),
]


@pytest.fixture
def clawkit(capsys: pytest.CaptureFixture[str]) -> Clawkit:
    return command_line(capsys)


def assert_refused(said: Said, *parts: str) -> None:
    """One clear line with the value, the next command, exit 2."""
    message, *rest = said.err.splitlines()
    assert (said.code, said.out) == (2, "")
    assert message.startswith("error: ") and all(part in said.err for part in parts), said.err
    assert len(rest) == 1 and rest[0].startswith("  try: "), said.err


@pytest.mark.parametrize("command", ["render", "up", "init --yes"])
@pytest.mark.parametrize(("flags", "why"), BAD)
def test_a_wrong_setting_is_refused_before_anything_is_written(
    clawkit: Clawkit, tmp_path: Path, command: str, flags: tuple[str, ...], why: str
) -> None:
    assert_refused(clawkit(*command.split(), *flags, "--dir", tmp_path), why)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(("text", "parts"), [
    ("domian: x\n", ("unknown key 'domian'", "did you mean 'domain'?")),
    ("domain: example.com\nproxy: [caddy", ("clawkit.yaml:", "not valid YAML")),
    ("domain: 'example.com\n", ("not valid YAML",)),
    ("just text\n", ("expected `key: value` lines",)),
    ("https_port: true\n", ("https_port: true is not a number",)),
    ("proxy: caddy\ndomain:\n", ("domain",)),
    ("gateways: [{name: a}]\n", ("gateways.a.domain: field required",)),
])  # fmt: skip
@pytest.mark.parametrize("command", ["render", "config", "up", "verify", "status", "down"])
def test_a_wrong_file_is_refused_and_left_as_it_is(
    clawkit: Clawkit, tmp_path: Path, command: str, text: str, parts: tuple[str, ...]
) -> None:
    (tmp_path / "clawkit.yaml").write_text(text)
    assert_refused(clawkit(command, "--dir", tmp_path), *parts)
    assert os.listdir(tmp_path) == ["clawkit.yaml"]
    assert (tmp_path / "clawkit.yaml").read_text() == text


def test_an_unreadable_file_is_refused(clawkit: Clawkit) -> None:
    clawkit("config", "--dir", "/nonexistent")  # imports while the packages may still be read
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        (Path(name) / "clawkit.yaml").write_text("domain: x\n")
        (Path(name) / "clawkit.yaml").chmod(0)
        with as_nobody(Path(name).parent):
            said = clawkit("config", "--dir", name)
    assert_refused(said, "cannot read", "Permission denied", "ls -l")


def test_a_variable_with_a_slip_is_refused(clawkit: Clawkit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAWKIT_HTTP_PROT", "8080")
    assert_refused(clawkit("config", "--dir", tmp_path), "CLAWKIT_HTTP_PROT", "did you mean CLAWKIT_HTTP_PORT?")


@pytest.mark.parametrize("command", ["render", "config", "up", "verify", "status", "logs", "down", "token", "init -y"])
def test_a_file_in_the_place_of_the_folder_is_refused(clawkit: Clawkit, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("mine")
    assert_refused(clawkit(*command.split(), "--dir", tmp_path / "file"), f"{tmp_path / 'file'} is not a folder")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("command", ["render", "up", "down", "verify"])
def test_a_stack_that_is_not_ours_is_refused_and_left_as_it_is(clawkit: Clawkit, tmp_path: Path, command: str) -> None:
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack/compose.yaml").write_text("services: {}\n")
    assert_refused(clawkit(command, "--dir", tmp_path), "clawkit did not write", "--dir")
    assert [path.name for path in tmp_path.rglob("*")] == ["stack", "compose.yaml"]


@pytest.mark.parametrize("command", ["verify", "status", "logs", "restart", "down", "certs"])
def test_a_command_on_a_running_stack_says_that_there_is_none(clawkit: Clawkit, tmp_path: Path, command: str) -> None:
    assert_refused(clawkit(command, "--dir", tmp_path), f"no deployment in {tmp_path}", "clawkit up")
