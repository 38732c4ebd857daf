"""What goes into a local build, and the tag that follows from it: same inputs, same tag, nothing to build."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from clawkit.images.model import Kind
from clawkit.render import templates_root

RELEASE = "bookworm"
"""Base of the official OpenClaw image; its packages are what the gateway is tested with upstream."""

LIBC = {"amd64": "x86_64", "arm64": "aarch64"}
"""OCI name -> name in wheels and in uname."""

BASE_OPTIONS = (
    "--variant=minbase",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    kind: Kind
    version: str
    """Of OpenClaw or certbot; empty for a proxy, whose version is read after Debian's package was installed."""
    base: str
    inputs: str
    """sha256 over everything that the image is made from."""
    locked: bool
    """False: npm resolves the dependencies at build time, because no lock file for this version travels with us."""

    @property
    def tag(self) -> str:
        return f"clawkit/{self.kind}:{self.version or RELEASE}-{self.inputs[:12]}"

    @property
    def name(self) -> str:
        """That of no other recipe."""
        return self.tag.rpartition("/")[2].replace(":", "-")

    @property
    def dockerfile(self) -> Path:
        return folder() / f"{self.kind}.Dockerfile"


def recipe(kind: Kind, architecture: str, openclaw: str) -> Recipe:
    parts = [base_inputs(architecture), text(f"{kind}.Dockerfile"), text("apt-install")]
    locked = kind != "openclaw" or openclaw == locked_version()
    if kind == "openclaw":
        parts += [text("openclaw/node.txt"), *npm_files(openclaw).values()]
    if kind == "certbot":
        parts.append(text("certbot/requirements.txt"))
    version = {"openclaw": openclaw, "certbot": certbot_version()}.get(kind, "")
    return Recipe(kind, version, base_tag(architecture), digest(parts), locked)


def base_tag(architecture: str) -> str:
    return f"clawkit/base:{RELEASE}-{base_inputs(architecture)[:12]}"


def base_inputs(architecture: str) -> str:
    return digest([RELEASE, architecture, *BASE_OPTIONS])


def npm_files(openclaw: str) -> dict[str, str]:
    """package.json and, for the version that we have one for, its lock file."""
    if openclaw == locked_version():
        return {name: text(f"openclaw/{name}") for name in ("package.json", "package-lock.json")}
    return {"package.json": json.dumps({"private": True, "dependencies": {"openclaw": openclaw}})}


def locked_version() -> str:
    return str(json.loads(text("openclaw/package.json"))["dependencies"]["openclaw"])


def certbot_version() -> str:
    found = re.search(r"^certbot==(\S+)", text("certbot/requirements.txt"), re.MULTILINE)
    assert found, "the requirements of the certbot image pin no certbot"
    return found[1]


def folder() -> Path:
    return templates_root() / "compose" / "images"


def text(name: str) -> str:
    return (folder() / name).read_text()


def digest(parts: list[str]) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()
