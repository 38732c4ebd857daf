"""What a report was made of: the versions, images and certificate that the results are about, and when; no secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clawkit import __version__
from clawkit.check import Result
from clawkit.image import GATEWAY, key_of
from clawkit.lock import Lock
from clawkit.stack import Image, Stack

NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True)
class ImageRecord:
    role: str
    ref: str
    digest: str
    """Image ID in the engine, `sha256:…`: the very bits, whatever the tag says later."""


@dataclass(frozen=True, slots=True)
class CertificateRecord:
    """As the server showed it; a field is empty where no check measured it."""

    issuer: str
    serial: str
    sha256: str
    not_after: str


@dataclass(frozen=True, slots=True)
class Provenance:
    clawkit: str
    at: datetime
    url: str
    proxy: str
    openclaw: str
    """As the gateway said, else as its image says; empty when neither did."""
    engine: str
    """Version of the Docker engine, empty when it did not answer."""
    tls: str
    certificate: CertificateRecord
    images: tuple[ImageRecord, ...]

    @property
    def time(self) -> str:
        return self.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Name and value of everything, in the order in which people ask for it."""
        found = self.certificate
        return (
            ("address", self.url),
            ("checked at", self.time),
            ("OpenClaw", self.openclaw or NOT_SEEN),
            ("proxy", self.proxy),
            ("TLS setting", self.tls),
            ("certificate issuer", found.issuer or NOT_SEEN),
            ("certificate serial", found.serial or NOT_SEEN),
            ("certificate SHA-256", found.sha256 or NOT_SEEN),
            ("certificate valid until", found.not_after or NOT_SEEN),
            *((f"{image.role} image", image.ref) for image in self.images),
            *((f"{image.role} image ID", image.digest or "not locked") for image in self.images),
            ("Docker engine", self.engine or "did not answer"),
            ("clawkit", self.clawkit),
        )


def build(stack: Stack, lock: Lock, results: Sequence[Result], *, at: datetime, engine: str) -> Provenance:
    """The record of a run of checks on this stack."""
    proxy = stack.images.proxy
    return Provenance(
        clawkit=__version__,
        at=at,
        url=stack.url,
        proxy=f"{stack.proxy} {proxy.version}".strip(),
        openclaw=measured(results, "websocket-auth", "version") or _by_image(stack.images.gateway),
        engine=engine,
        tls=stack.tls,
        certificate=_certificate(results),
        images=_images(stack, lock),
    )


def _by_image(image: Image) -> str:
    return f"{image.version} by its image, not asked" if image.version else ""


def measured(results: Sequence[Result], id: str, key: str) -> str:
    """The first value under this key; of several gateways the first one is the deployment's own."""
    found = (result.measured[key] for result in results if result.id == id and result.measured.get(key))
    return str(next(found, ""))


def _certificate(results: Sequence[Result]) -> CertificateRecord:
    return CertificateRecord(
        issuer=measured(results, "certificate-chain", "issuer"),
        serial=measured(results, "certificate-chain", "serial"),
        sha256=measured(results, "certificate-chain", "sha256"),
        not_after=measured(results, "certificate-expiry", "not_after"),
    )


def _images(stack: Stack, lock: Lock) -> tuple[ImageRecord, ...]:
    used = {GATEWAY: stack.images.gateway, stack.proxy: stack.images.proxy,
            **{key_of(name): image for name, image in stack.images.own.items()}}  # fmt: skip
    if stack.certbot and stack.images.certbot:
        used["certbot"] = stack.images.certbot
    return tuple(ImageRecord(role, image.ref, _digest(image, lock)) for role, image in used.items())


def _digest(image: Image, lock: Lock) -> str:
    return next((locked.id for locked in lock.images.values() if locked.ref == image.ref), "")
