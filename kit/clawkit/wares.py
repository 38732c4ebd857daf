"""What Docker Swarm has to be handed for a stack: configs and secrets, each named after its content.

Swarm changes none that is in use, so a new content is a new one, and a service that needs it is updated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import scrypt, sha256
from pathlib import Path

from clawkit.stack import Stack
from clawkit.swarmnames import label

LONGEST = 64
"""Characters in the name of a config or secret (swarmkit, manager/controlapi/common.go)."""

SERVICE_LONGEST = 63

ACME = "acme"
"""The service that orders certificates where certbot does, and its volume."""

HANDED = "certificates"
"""The volume through which it hands them to the proxies."""


@dataclass(frozen=True, slots=True)
class Ware:
    """One file that lies in a container; `file` is its path in the rendered folder."""

    key: str
    name: str
    file: str
    target: str


@dataclass(frozen=True)
class Wares:
    """Of one stack. `files`: path -> text of what was rendered and of the user's own lines."""

    stack: Stack
    files: Mapping[str, str]

    @property
    def services(self) -> tuple[str, ...]:
        return services(self.stack)

    def label(self, service: str) -> str:
        return label(self.stack.project, service)

    def configs(self, service: str) -> tuple[Ware, ...]:
        if service == "proxy":
            folder = f"proxy/{self.stack.proxy}/"
            found = [self._config(path, f"/etc/clawkit/{path.removeprefix(folder)}") for path in sorted(self.files)
                     if path.startswith(folder)]  # fmt: skip
            return tuple(found)
        if service == ACME:
            return tuple(self._config(path, f"/{path}") for path in sorted(self.files) if path.startswith("acme/"))
        name = next(gateway.name for gateway in self.stack.gateways if gateway.service == service)
        programs = [self._config(path, f"/clawkit/bin/{Path(path).name}") for path in sorted(self.files)
                    if path.startswith("gateway/bin/")]  # fmt: skip
        return (*programs, self._config(f"gateway/{name}/openclaw.json", "/clawkit/config/openclaw.json"))

    def secrets(self, service: str) -> tuple[Ware, ...]:
        return tuple(self._secret(path, target) for path, target in secret_files(self.stack, service))

    @cached_property
    def all_configs(self) -> tuple[Ware, ...]:
        return _each(one for service in self.services for one in self.configs(service))

    @cached_property
    def all_secrets(self) -> tuple[Ware, ...]:
        return _each(one for service in self.services for one in self.secrets(service))

    def _config(self, path: str, target: str) -> Ware:
        return self._ware(path, target, sha256(self.files[path].encode(errors="surrogateescape")).hexdigest())

    def _secret(self, path: str, target: str) -> Ware:
        return self._ware(path, target, self.stack.sealed.get(path, ""))

    def _ware(self, path: str, target: str, version: str) -> Ware:
        key = re.sub(r"[^a-z0-9]+", "-", path.removeprefix("secrets/").lower()).strip("-")
        end = "-" + sha256(f"{path} {version}".encode()).hexdigest()[:12]
        return Ware(key, f"{self.stack.project}_{key}"[: LONGEST - len(end)] + end, path, target)


def _each(wares: Iterable[Ware]) -> tuple[Ware, ...]:
    return tuple({one.key: one for one in wares}.values())


def services(stack: Stack) -> tuple[str, ...]:
    return ("proxy", *((ACME,) if stack.certbot else ()), *(gateway.service for gateway in stack.gateways))


def secret_files(stack: Stack, service: str) -> tuple[tuple[str, str], ...]:
    """Path in the rendered folder, and where it lies in the container."""
    if service == ACME:
        return _of_acme(stack)
    if service != "proxy":
        one = next(gateway for gateway in stack.gateways if gateway.service == service)
        key = ((one.model_key, one.model_secret),) if one.model_key else ()
        return ((one.token_file, f"{one.name}-token"), *key)
    found = []
    if stack.proxy == "caddy" and stack.tls == "internal":
        found += [(path, f"/{path}") for path in ("tls/ca/ca.crt", "tls/ca/ca.key")]
    if stack.served_from_files:
        found += [(f"tls/site/{gateway.name}/live/{name}", f"{gateway.certificate}/{name}")
                  for gateway in stack.sites for name in ("fullchain.pem", "privkey.pem")]  # fmt: skip
    return tuple(found) if stack.certbot else (*found, *_of_acme(stack))


def _of_acme(stack: Stack) -> tuple[tuple[str, str], ...]:
    """Of whoever orders certificates: Caddy itself, or the acme container."""
    settings = stack.settings
    files = (
        (stack.acme and settings.acme_ca, "acme/ca.pem", "/acme/ca.pem"),
        (stack.acme and settings.acme_eab, "secrets/acme-eab", "acme-eab"),
        (stack.certbot and settings.dns_rfc2136, "secrets/dns-rfc2136", "dns-rfc2136"),
        # mostly with the key of a DNS provider in it
        (stack.certbot and settings.dns_hook, "acme/hook", "/acme/hook"),
    )
    return tuple((path, target) for wanted, path, target in files if wanted)


def seal(folder: Path, stack: Stack) -> dict[str, str]:
    """Path -> what tells the content of a secret from another; slow to guess from, for a token may be a short word."""
    paths = {path for service in services(stack) for path, _ in secret_files(stack, service)}
    return {path: scrypt((folder / path).read_bytes(), salt=f"{stack.project} {path}".encode(), n=2**12, r=8, p=1,
                         dklen=16).hex() for path in sorted(paths) if (folder / path).is_file()}  # fmt: skip
