"""The rendered files of a deployment of the kit's own: the truth on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clawkit.doctor.model.pem import SeenCertificate
from clawkit.doctor.readers.text import TextFile
from clawkit.stack import Stack

COMPOSE = ("compose.yaml", "compose.override.yaml")
SWARM = ("stack.yaml", "stack.override.yaml")
ENVIRONMENT = (".env",)


def main(stack: Stack) -> tuple[str, ...]:
    """What the engine is given."""
    return SWARM if stack.swarm else COMPOSE


def named(folder: Path, names: tuple[str, ...]) -> tuple[TextFile, ...]:
    """Those of the files that are there and may be read."""
    return tuple(_read([folder / name for name in names]))


def proxy_files(folder: Path, stack: Stack) -> tuple[TextFile, ...]:
    own = folder / "proxy" / stack.proxy
    main = own / {"nginx": "nginx.conf", "caddy": "Caddyfile"}[stack.proxy]
    return tuple(_read([main]))


def certificates(folder: Path, stack: Stack) -> tuple[SeenCertificate, ...]:
    """As they lie on disk, to be compared with what is served."""
    if not stack.served_from_files:
        return ()
    from clawkit.doctor.readers import pem
    from clawkit.tls import mirror

    found = []
    for gateway in stack.sites:
        for file in _read([mirror.path(folder, stack, gateway.name)]):
            seen = pem.read(file, f"{gateway.certificate}/fullchain.pem")
            found += [seen] if seen else []
    return tuple(found)


def _read(paths: list[Path]) -> Iterator[TextFile]:
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        yield TextFile(path, shown(path), text)


def shown(path: Path) -> str:
    """As the user would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
