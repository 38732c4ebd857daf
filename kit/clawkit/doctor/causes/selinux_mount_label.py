"""SELinux keeps the container from a bind mount that carries the label of a home directory."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.compose import Mount
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_services, proxy_services

DENIED = r"avc: +denied .*scontext=\S*:container(?:_\w+)?_t:\S* tcontext=\S*:(\w+_t)\b"
CATEGORIES = (
    r"avc: +denied .*scontext=\S*:container(?:_\w+)?_t:s0:(?P<own>c\d+,c\d+) tcontext=\S*:container_file_t:s0:"
    r"(?P<its>c\d+,c\d+)"
)
REFUSED = r"\bEACCES\b|Permission denied|permission denied"
SHARED = ("container_file_t", "svirt_sandbox_file_t", "container_share_t", "container_ro_file_t")


def judge(setup: Setup) -> Finding | None:
    mounts = _unlabelled(setup)
    denied = [line.at for line, match in setup.said(DENIED) if match[1] not in SHARED]
    enforcing = setup.host.selinux is not None and setup.host.selinux.value.lower() == "enforcing"
    said = last_words(setup, REFUSED, Speaker.GATEWAY, Speaker.NGINX, Speaker.CADDY)
    other = next((line.at for line, match in setup.said(CATEGORIES) if match["own"] != match["its"]), None)
    if other is not None:
        return _of_another(other)
    if denied and (mounts or not setup.compose):
        return _finding(mounts, denied[0], said[0].at if said else None)
    if not enforcing or not mounts or said is None or "connect() to" in said[0].text or _owner_wrong(setup, mounts):
        return None
    return _finding(mounts, said[0].at, setup.host.selinux.at if setup.host.selinux else None)


def _of_another(said: Place) -> Finding:
    return Finding(
        summary="SELinux is enforcing and the mount carries the label of another container (:Z gives it to one alone)",
        fix=Fix("write :z in place of :Z wherever several containers share that folder", "docker compose up -d "
                "--force-recreate"),
        evidence=at(said),
    )  # fmt: skip


def _unlabelled(setup: Setup) -> list[Mount]:
    """Bind mounts of the gateway and the proxies without z or Z, from where files have another label."""
    services = [*gateway_services(setup), *(service for _, service in proxy_services(setup))]
    return [
        mount
        for service in services
        if not any("label" in option.value and "disable" in option.value for option in service.security_opt)
        for mount in service.mounts
        if mount.kind == "bind" and not mount.label and not mount.source.startswith(("/var/run", "/run", "/etc/local"))
    ]


def _owner_wrong(setup: Setup, mounts: list[Mount]) -> bool:
    tails = [mount.source.lstrip("./~").rstrip("/") for mount in mounts]
    owners = [
        value.value
        for path, value in setup.host.owners.items()
        if any(t and path.rstrip("/").endswith(t) for t in tails)
    ]
    return any(owner.startswith(("0:", "root:")) for owner in owners)


def _finding(mounts: list[Mount], first: Place, second: Place | None) -> Finding:
    mount = mounts[0] if mounts else None
    named = f"{mount.source}:{mount.target}" if mount else "the bind mount"
    return Finding(
        summary=f"SELinux is enforcing and {named} has no label, so the container may not use it although the owner "
        "fits",
        fix=Fix(f"write {named}:Z in the compose file (z when several containers share it)", "docker compose up -d"),
        evidence=at(first, *([mount.at] if mount else []), *([second] if second else [])),
    )


CAUSE = Cause(
    slug="selinux-mount-label",
    title="SELinux lets the containers use their mounts",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset({"state-volume-not-writable", "gateway-not-running", "proxy-not-running", "nginx-config-refused",
                        "caddyfile-refused", "certificate-unreadable", "cert-file-not-mounted"}),
)  # fmt: skip
