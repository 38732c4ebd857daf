"""The Debian base of local builds, made by mmdebstrap: signed packages, no registry."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from clawkit.errors import EnvironmentMissing
from clawkit.images.aptsources import KEYRING, os_release
from clawkit.images.recipes import BASE_OPTIONS, LIBC, RELEASE
from clawkit.images.refusals import last_words

BOOTSTRAP_TIMEOUT = 900
INSTALL_TIMEOUT = 300
INSTALL = "apt-get install -y --no-install-recommends mmdebstrap debian-archive-keyring"


def make(tarball: Path, architecture: str, lent: dict[str, Path], say: Callable[[str], None]) -> None:
    """Writes a root file system without apt sources or settings of this host in it."""
    require_linux(architecture)
    require_tool(say)
    command = ["mmdebstrap", "--quiet", *BASE_OPTIONS, f"--architectures={architecture}"]
    if "apt_conf" in lent:
        command.append(f"--aptopt={lent['apt_conf']}")
    if "ca" in lent:
        command.append(f'--aptopt=Acquire::https::CaInfo "{lent["ca"]}"')
    if "apt_sources" in lent:
        command.append('--customize-hook=rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*')
    command.append('--customize-hook=rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap')
    command += [RELEASE, str(tarball)]
    if "apt_sources" in lent:
        command.append(str(lent["apt_sources"]))
    run(command, BOOTSTRAP_TIMEOUT, "the Debian base for local images cannot be made")


def require_linux(architecture: str) -> None:
    if sys.platform != "linux":
        raise EnvironmentMissing(f"images are built on Linux only, this is {sys.platform}",
                                 fix="pull them where a registry can be reached")  # fmt: skip
    if LIBC.get(architecture) != os.uname().machine:
        raise EnvironmentMissing(f"the engine runs {architecture}, this machine {os.uname().machine}: "
                                 "the images must be built on a machine like the engine's",
                                 fix="clawkit images build, on the engine's machine")  # fmt: skip


def require_tool(say: Callable[[str], None]) -> None:
    if shutil.which("mmdebstrap") and Path(KEYRING).is_file():
        return
    if not shutil.which("apt-get"):
        system = os_release(Path("/")).get("PRETTY_NAME", "this system")
        raise EnvironmentMissing(
            f"building images needs mmdebstrap, and {system} has no apt to install it with",
            fix="install mmdebstrap and debian-archive-keyring, then run the command again",
        )
    if os.geteuid() != 0:
        raise EnvironmentMissing("building images needs mmdebstrap", fix=f"sudo {INSTALL}")
    say("installing mmdebstrap, which makes the Debian base of local images")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-q", "update"], INSTALL_TIMEOUT, "mmdebstrap cannot be installed", environment)
    run(INSTALL.split(), INSTALL_TIMEOUT, "mmdebstrap cannot be installed", environment)


def run(command: list[str], timeout: int, failure: str, environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environment,
                              stdin=subprocess.DEVNULL)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise EnvironmentMissing(f"{failure}: no end after {timeout} s", fix=" ".join(command)) from error
    if done.returncode:
        words = done.stderr or done.stdout
        raise EnvironmentMissing(f"{failure}: {last_words(errors(words))}", fix=" ".join(command),
                                 details=last_words(words, 10))  # fmt: skip


def errors(words: str) -> str:
    """apt and mmdebstrap mark what went wrong by E: and go on talking."""
    return "\n".join(line for line in words.splitlines() if line.startswith("E: ")) or words
