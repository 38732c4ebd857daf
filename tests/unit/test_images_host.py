from __future__ import annotations

import stat
from pathlib import Path

import pytest

from clawkit.images import host
from clawkit.images.aptsources import KEYRING, debian_lines, one_line

DEBIAN = 'ID=debian\nVERSION_CODENAME={}\nPRETTY_NAME="Debian"\n'


def machine(root: Path, *, release: str = DEBIAN.format("bookworm"), **files: str) -> Path:
    (root / "etc/apt/sources.list.d").mkdir(parents=True)
    (root / "etc/os-release").write_text(release)
    for name, content in files.items():
        path = root / "etc" / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_a_deb822_file_gives_its_mirrors_and_pockets(tmp_path: Path) -> None:
    text = (
        f"Types: deb\n# a comment\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n"
        f"Components: main\nSigned-By: {KEYRING}\n\n"
        f"Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\nComponents: main\n"
    )
    root = machine(tmp_path, apt__sources_dot_list_dot_d__debian_dot_sources=text)
    assert debian_lines(root, "bookworm") == (
        f"deb [signed-by={KEYRING}] http://mirror.example/debian bookworm main",
        f"deb [signed-by={KEYRING}] http://mirror.example/debian bookworm-updates main",
        f"deb [signed-by={KEYRING}] http://mirror.example/debian-security bookworm-security main",
    )


def test_a_newer_debian_lends_its_mirror_for_the_older_release(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        release=DEBIAN.format("trixie"),
        apt__sources_dot_list="deb http://mirror.example/debian trixie main contrib\n",
    )
    assert debian_lines(root, "bookworm") == (f"deb [signed-by={KEYRING}] http://mirror.example/debian bookworm main",)


def test_a_third_partys_suite_of_the_same_name_is_no_mirror_of_debian(tmp_path: Path) -> None:
    text = (
        "deb [signed-by=/usr/share/keyrings/other.gpg] https://apt.other.example bookworm main\n"
        "deb https://docker.example/linux/debian bookworm stable\n"
        "# deb http://off.example/debian bookworm main\n"
        "deb http://mirror.example/debian bookworm main\n"
    )
    root = machine(tmp_path, apt__sources_dot_list=text)
    assert [line.split()[2] for line in debian_lines(root, "bookworm")] == ["http://mirror.example/debian"]


def test_a_mirror_list_of_a_cloud_image_is_followed(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        apt__sources_dot_list="deb mirror+file:/etc/apt/mirrors/debian.list bookworm main\n",
        apt__mirrors__debian_dot_list="http://cloud.example/debian\n",
    )
    assert [line.split()[2] for line in debian_lines(root, "bookworm")] == ["http://cloud.example/debian"]


def test_a_disabled_source_is_not_used(tmp_path: Path) -> None:
    text = "Types: deb\nEnabled: no\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\n"
    root = machine(tmp_path, apt__sources_dot_list_dot_d__debian_dot_sources=text)
    assert debian_lines(root, "bookworm") == ()


def test_ubuntu_lends_no_sources_for_debian(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        release="ID=ubuntu\nVERSION_CODENAME=noble\n",
        apt__sources_dot_list="deb http://mirror.example/ubuntu noble main\n",
    )
    assert debian_lines(root, "bookworm") == ()


def test_options_of_a_one_line_source_are_read() -> None:
    (source,) = one_line(["deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian bookworm main # more"])
    assert (source.signed_by, source.components) == ("/k.gpg", ("main",))


def test_npm_keeps_where_packages_come_from_and_drops_the_hosts_paths(tmp_path: Path) -> None:
    system, user = tmp_path / "npmrc", tmp_path / ".npmrc"
    system.write_text("registry=http://one.example/\ncafile=/etc/ca.crt\nnodedir=/usr\n; registry=no\n\n  \n")
    user.write_text(
        "registry = http://two.example/\n//two.example/:_authToken=${TOKEN}\n@me:registry=http://me.example\n"
    )
    assert host.npm_settings((system, user, tmp_path / "none"), {"TOKEN": "t0k"}) == (
        "registry=http://two.example/", "//two.example/:_authToken=t0k", "@me:registry=http://me.example",
    )  # fmt: skip


def test_the_registry_in_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "npmrc").write_text("registry=http://file.example\n")
    found = host.npm_settings((tmp_path / "npmrc",), {"NPM_CONFIG_REGISTRY": "http://env.example"})
    assert found == ("registry=http://env.example",)


def test_the_bundle_named_by_ssl_cert_file_is_lent(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.crt"
    bundle.touch()
    assert host.ca_bundle({"SSL_CERT_FILE": str(bundle)}) == bundle


def test_only_proxy_variables_become_build_arguments() -> None:
    assert host.proxies({"https_proxy": "http://p:1", "HOME": "/root", "no_proxy": ""}) == {"https_proxy": "http://p:1"}


def test_lent_files_are_readable_by_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "npm_settings", lambda files, environ: ("//x/:_authToken=t",))
    lent = host.secrets(tmp_path, "bookworm")["npmrc"]
    assert lent.read_text() == "//x/:_authToken=t\n"
    assert stat.S_IMODE(lent.stat().st_mode) == 0o600


@pytest.mark.parametrize(("line", "kept"), [
    ('Acquire::http::Proxy "http://proxy.example:3128";', True),
    ('Acquire::http::Proxy::mirror.example "DIRECT";', True),
    ('Acquire::Check-Valid-Until "false";', True),
    ('Acquire::https::CaInfo "/etc/ssl/own.crt";', False),
    ('Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";', False),
    ('Acquire::http "";', False),
])  # fmt: skip
def test_only_settings_without_a_path_of_the_host_are_lent_to_apt(line: str, kept: bool) -> None:
    assert bool(host.APT_KEYS.match(line)) is kept
