"""What the host lends to a build: apt sources, its CA bundle, npm's settings, proxies. Secrets, never layers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from clawkit.images.aptsources import debian_lines

CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

# The keys that say where packages come from; others name paths of the host or change what is installed.
NPM_KEYS = re.compile(r"^(registry|@[^:]+:registry|//.+|strict-ssl|proxy|https-proxy|noproxy|ca)$")
APT_KEYS = re.compile(r'^Acquire::(https?::Proxy(::\S+)?|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date) "[^"]')


def secrets(folder: Path, release: str) -> dict[str, Path]:
    """Build secret id -> file. An absent one means that the host has nothing to add."""
    found: dict[str, Path] = {}
    for name, content in (("apt_sources", "\n".join(debian_lines(Path("/"), release))),
                          ("apt_conf", "\n".join(apt_settings())),
                          ("npmrc", "\n".join(npm_settings(npmrc_files(os.environ), os.environ)))):  # fmt: skip
        if content:
            found[name] = folder / name
            found[name].touch(mode=0o600)
            found[name].write_text(content + "\n")
    bundle = ca_bundle(os.environ)
    return {**found, "ca": bundle} if bundle else found


def ca_bundle(environ: Mapping[str, str]) -> Path | None:
    for path in (Path(environ.get("SSL_CERT_FILE") or CA_BUNDLE), CA_BUNDLE):
        if path.is_file():
            return path
    return None


def proxies(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Docker's predefined build arguments: used during a build, recorded in no image."""
    return {name: environ[name] for name in PROXY_VARIABLES if environ.get(name)}


def apt_settings() -> tuple[str, ...]:
    """The host's way through proxies to its mirrors, as lines of apt.conf."""
    if not shutil.which("apt-config"):
        return ()
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, timeout=20, check=False).stdout
    return tuple(line for line in dump.splitlines() if APT_KEYS.match(line))


def npmrc_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """npm's own order, weakest first (npm docs, configuring-npm/npmrc)."""
    npm = shutil.which("npm")
    prefix = (Path(npm).parent.parent / "etc" / "npmrc",) if npm else ()
    user = environ.get("NPM_CONFIG_USERCONFIG") or environ.get("npm_config_userconfig")
    return (Path("/etc/npmrc"), *prefix, Path(user) if user else Path.home() / ".npmrc")


def npm_settings(files: Iterable[Path], environ: Mapping[str, str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for path in files:
        lines = path.read_text().splitlines() if path.is_file() and os.access(path, os.R_OK) else []
        for key, value in (line.split("=", 1) for line in lines if "=" in line and line.strip()[0] not in "#;"):
            if NPM_KEYS.match(key.strip()):
                found[key.strip()] = expanded(value.strip(), environ)
    registry = environ.get("NPM_CONFIG_REGISTRY") or environ.get("npm_config_registry")
    if registry:
        found["registry"] = registry
    return tuple(f"{key}={value}" for key, value in found.items())


def expanded(value: str, environ: Mapping[str, str]) -> str:
    """npm replaces ${NAME} when it reads the file; inside the build the variable would be gone."""
    return re.sub(r"\$\{(\w+)\}", lambda match: environ.get(match[1], match[0]), value)
