"""The archive for a bug report: what was read, what was seen and what it was judged to be, without secrets."""

from __future__ import annotations

import io
import json
import os
import platform
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from clawkit import __version__
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.redaction import redact, secrets_of
from clawkit.errors import EnvironmentMissing

MODE = 0o600
NEVER = (".env", ".key", "privkey", "token", "secret", "credentials")
"""Parts of file names that are left out whole: redaction is for what may contain a secret, not for what is one."""


def write(path: Path, setup: Setup, diagnosis: Mapping[str, Any]) -> None:
    """A .tar.gz with mode 0600, written whole or not at all."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as raw, tarfile.open(fileobj=raw, mode="w:gz") as archive:
            for name, text in contents(setup, diagnosis):
                _add(archive, f"clawkit-doctor/{name}", text)
        os.chmod(temporary, MODE)
        os.replace(temporary, path)
    except OSError as error:
        raise EnvironmentMissing(f"cannot write {path}: {error.strerror or error}",
                                 fix=f"name a file in a folder of yours; ls -ld {path.parent}") from error  # fmt: skip


def contents(setup: Setup, diagnosis: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and redacted text of each member."""
    secrets = secrets_of(setup)
    yield "diagnosis.json", redact(json.dumps(diagnosis, indent=2, ensure_ascii=False), secrets)
    yield "versions.json", json.dumps(_versions(setup), indent=2)
    for source, path in setup.files.items():
        if not any(word in Path(path).name.lower() for word in NEVER):
            yield f"files/{source.lstrip('/').replace('..', '_')}", redact(_text(Path(path)), secrets)
    if setup.logs:
        yield "log.txt", redact("\n".join(f"{line.at}: {line.text}" for line in setup.logs[-5000:]), secrets)
    if setup.containers:
        told = [asdict(container) for container in setup.containers]
        yield "containers.json", redact(json.dumps(told, indent=2, default=str), secrets)
    if setup.exchanges:
        told = [asdict(exchange) for exchange in setup.exchanges]
        yield "exchanges.json", redact(json.dumps(told, indent=2, default=str), secrets)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"not readable: {error.strerror}"


def _versions(setup: Setup) -> dict[str, Any]:
    return {
        "clawkit": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "proxies": [{"kind": proxy.kind.value, "version": proxy.version} for proxy in setup.proxies],
        "gateways": [gateway.version for gateway in setup.gateways],
        "images": sorted({container.image for container in setup.containers if container.image}),
    }


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(data), MODE, int(time.time())
    archive.addfile(member, io.BytesIO(data))
