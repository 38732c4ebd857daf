"""The nouns of this room: which image a role wants, and which one it got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clawkit.engine.image_ports import ImageFacts
from clawkit.image import GATEWAY, key_of
from clawkit.lock import LockedImage
from clawkit.settings import certbot
from clawkit.settings.further import effective, has_image
from clawkit.settings.model import Settings
from clawkit.settings.values import names_one

Role = str
"""gateway, proxy, certbot; and gateway:NAME for one that has an image for itself."""
Origin = Literal["pulled", "built", "given"]
Kind = Literal["openclaw", "caddy", "nginx", "certbot"]

SETTING: dict[Kind, str] = {"openclaw": "gateway_image", "caddy": "caddy_image", "nginx": "nginx_image",
                            "certbot": "certbot_image"}  # fmt: skip
VERSION_VARIABLE: dict[Kind, str] = {"openclaw": "", "caddy": "CADDY_VERSION", "nginx": "NGINX_VERSION", "certbot": ""}
"""Set by the official images (docker-library/caddy, nginxinc/docker-nginx) and by ours."""


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: Kind
    ref: str
    given: bool
    """The user named this image: it is never replaced by one that we build."""
    version: str = ""
    """Of OpenClaw, where that is what is wanted."""

    @property
    def setting(self) -> str:
        return SETTING[self.kind]


@dataclass(frozen=True, slots=True)
class ResolvedImage:
    """An image that is present; `ref` is what compose.yaml names, `wanted` what the settings asked for."""

    wanted: str
    ref: str
    version: str
    origin: Origin
    id: str
    reason: str = ""
    """Why it was built instead of pulled, in docker's words; empty otherwise."""

    def locked(self) -> LockedImage:
        return LockedImage(self.wanted, self.ref, self.version, self.origin, self.id)


def wanted(settings: Settings) -> dict[Role, Wanted]:
    found: dict[Role, Wanted] = {GATEWAY: wanted_kind(settings, "openclaw"),
                                 "proxy": wanted_kind(settings, settings.proxy), **wanted_own(settings)}  # fmt: skip
    return {**found, "certbot": wanted_kind(settings, "certbot")} if certbot.issues(settings) else found


def wanted_own(settings: Settings) -> dict[Role, Wanted]:
    """Of the gateways that have an image for themselves."""
    return {key_of(one.name): wanted_kind(effective(settings, one), "openclaw")
            for one in settings.gateways if has_image(one)}  # fmt: skip


def wanted_kind(settings: Settings, kind: Kind) -> Wanted:
    named: str = getattr(settings, SETTING[kind])
    given = named != Settings.model_fields[SETTING[kind]].default
    name = certbot.image(settings) if kind == "certbot" else named
    version = settings.openclaw if kind == "openclaw" else ""
    if names_one(name):
        return Wanted(kind, name, given, version)
    return Wanted(kind, f"{name}:{version or 'latest'}", given, version)


def tag_of(ref: str) -> str:
    """`host:5000/name` has no tag: only a colon after the last slash is one."""
    name = ref.split("@")[0].rpartition("/")[2]
    return name.partition(":")[2]


def repository_of(ref: str) -> str:
    bare = ref.split("@")[0]
    tag = tag_of(ref)
    return bare.removesuffix(f":{tag}") if tag else bare


def pinned(ref: str, facts: ImageFacts) -> str:
    """The reference that can mean only this image: by digest when a registry vouches for one."""
    if "@" in ref:
        return ref
    names = {repository_of(ref), f"docker.io/{repository_of(ref)}"}
    for digest in facts.repo_digests:
        if digest.split("@")[0] in names:
            return digest
    return ref


def version_of(kind: Kind, ref: str, facts: ImageFacts) -> str:
    """Empty when nothing tells; a tag such as `2` or `stable` is not a version."""
    told = facts.env.get(VERSION_VARIABLE[kind], "") or facts.labels.get("org.opencontainers.image.version", "")
    tag = tag_of(ref).removeprefix("v")
    return told.removeprefix("v") or (tag if tag.count(".") >= 2 and tag[0].isdigit() else "")
