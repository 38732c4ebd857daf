"""What the acme container of a Swarm has and knows, copied to the manager's folder: it lies in volumes of a node.

No key comes along: the chains that it handed to the proxies, and its status.json, in the place where Compose has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from clawkit.engine.ports import Engine, Health, Service
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.files import write_atomic
from clawkit.stack import Stack
from clawkit.tls import issuance, site
from clawkit.wares import ACME

HANDED = issuance.FOLDER / "handed"
STATUS = issuance.FOLDER / "status.json"
SHOWN_SECONDS = 5.0
NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")
"""Of a certificate's folder under tls/site."""

LOOK = """
import json, pathlib
status = pathlib.Path("/data/status.json")
chains = pathlib.Path("/tls/site").glob("*/live/fullchain.pem")
print(json.dumps({"status": status.read_text() if status.exists() else "",
                  "chains": {path.parts[-3]: path.read_text() for path in chains}}))
"""
ASK = "import pathlib; pathlib.Path('/data/ask-now').touch()"
"""As compose/acme/places.py names them."""


def kept(stack: Stack) -> bool:
    """True where what the acme container has is not in this folder."""
    return stack.swarm and stack.certbot


def refresh(folder: Path, stack: Stack, engine: Engine) -> str:
    """Why the container could not be asked, and then only what the proxy shows is known; empty when it could."""
    if not kept(stack):
        return ""
    try:
        told = json.loads(engine.exec(_container(stack), ("python3", "-c", LOOK)))
    except (EngineError, EnvironmentMissing) as error:
        _write(folder, dict(_shown(stack)))
        return error.message
    # what a node says is not believed where it becomes a path
    _write(folder, {name: text for name, text in told["chains"].items() if NAME.fullmatch(name)})
    if told["status"]:
        write_atomic(folder / STATUS, told["status"])
    else:
        (folder / STATUS).unlink(missing_ok=True)
    return ""


def ask_now(stack: Stack, engine: Engine) -> None:
    """As issuance.ask_now, where the file has to lie in a volume."""
    engine.exec(_container(stack), ("python3", "-c", ASK))


def path(folder: Path, stack: Stack, name: str) -> Path:
    """The chain that the proxy is to show, as far as it is known here; on a Swarm what stands in until there is one."""
    handed = folder / HANDED / f"{name}.pem"
    return handed if kept(stack) and handed.exists() else folder / site.FOLDER / name / "live/fullchain.pem"


def chain(folder: Path, stack: Stack, name: str) -> str | None:
    try:
        return path(folder, stack, name).read_text()
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def away(stack: Stack, services: Mapping[str, Service]) -> str:
    """Why nothing is renewed now: on a Swarm one orders for all, and its node may be down."""
    found = services.get(ACME)
    if not kept(stack) or (found and not gone(found)):
        return ""
    trouble = found.trouble if found else "there is none"
    return f"the acme container, which renews it, does not run{f': {trouble}' if trouble else ''}"


def gone(service: Service) -> bool:
    """Swarm names the node even of a service that has no container."""
    alive = service.running or service.health is Health.STARTING
    return not alive and bool(service.node or service.trouble)


def _container(stack: Stack) -> str:
    return f"{stack.project}_{ACME}"


def _write(folder: Path, chains: Mapping[str, str]) -> None:
    for name, text in chains.items():
        write_atomic(folder / HANDED / f"{name}.pem", text)
    for other in (folder / HANDED).glob("*.pem"):
        if other.stem not in chains:
            other.unlink(missing_ok=True)


def _shown(stack: Stack) -> Iterator[tuple[str, str]]:
    """The certificate that clients get for each site; none more where nobody answers."""
    import ssl

    from clawkit.probe.target import Target, connect

    for one in stack.sites:
        try:
            with connect(Target(stack.entry, stack.settings.https_port, one.domain), None, SHOWN_SECONDS) as sock:
                der = sock.getpeercert(binary_form=True) if isinstance(sock, ssl.SSLSocket) else None
        except ssl.SSLError:
            continue
        except OSError:
            return
        if der:
            yield one.name, ssl.DER_cert_to_PEM_cert(der)
