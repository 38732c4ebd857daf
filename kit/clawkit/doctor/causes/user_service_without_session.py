"""The gateway is a service of a user, and systemd ends the user's services with the last session."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import FailureKind, LogLine, Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup
from clawkit.doctor.programs import gateway_units, gateways

LINGER = r"^\s*Linger(?:ing)?[=:] ?(?P<answer>yes|no)\b"
NOTICE = r"Systemd lingering is disabled for (?P<user>[\w.-]+)"
MANAGER = r"^Stop(?:ping|ped) user@(?P<uid>\d+)\.service"
STOPPED = r"^Stop(?:ping|ped) \S*(?:openclaw|clawdbot|moltbot)\S*"
NO_BUS = r"systemctl --user unavailable: Failed to connect to bus|^Failed to connect to (?:user scope )?bus\b"
NO_SYSTEMD = r"^System has not been booted with systemd"
AWAY = r"Gateway not running|Gateway not reachable|ECONNREFUSED"


def judge(setup: Setup) -> Finding | None:
    said = [line for line, match in setup.said(LINGER) if match["answer"] == "no"]
    if any(match["answer"] == "yes" for _, match in setup.said(LINGER)) or not _down(setup):
        return None
    noticed = next(setup.said(NOTICE), None)
    ended = _ended(setup)
    if ended is not None:
        return _finding("its service ended with the user's last session", "$USER", ended, *(one.at for one in said[:1]))
    if noticed is not None:
        return _finding("lingering is off, so its service ends with the last session", noticed[1]["user"],
                        noticed[0].at)  # fmt: skip
    if said and _own(setup):
        return _finding("lingering is off, so its service runs only while somebody is logged in", "$USER", said[0].at)
    boxed = setup.compose or gateways(setup)
    none = next(setup.said(NO_SYSTEMD), None) if not boxed else None
    if none is not None:
        return _without_systemd(none[0].at)
    bus = next(setup.said(NO_BUS), None) if not boxed else None
    if bus is not None:
        return _finding("there is no systemd session in which its service could be started", "$USER", bus[0].at)
    return None


def _without_systemd(said: Place) -> Finding:
    return Finding(
        summary="the gateway is down: this machine was not started with systemd, so nothing starts its service",
        fix=Fix("in WSL write [boot] systemd=true into /etc/wsl.conf and run wsl --shutdown; elsewhere let another "
                "supervisor run openclaw gateway run",
                "ps -p 1 -o comm="),
        evidence=at(said),
    )  # fmt: skip


def _ended(setup: Setup) -> Place | None:
    """systemd stops the manager of the user's services, and with it the gateway: in one log, one right after the
    other."""
    managers = [line for line, _ in setup.said(MANAGER)]
    return next((one.at for one, _ in setup.said(STOPPED) if any(_close(one, other) for other in managers)), None)


def _close(one: LogLine, other: LogLine) -> bool:
    return one.at.source == other.at.source and abs((one.at.line or 0) - (other.at.line or 0)) <= 20


def _own(setup: Setup) -> bool:
    return any(unit.user_scope for unit in gateway_units(setup))


def _down(setup: Setup) -> bool:
    """Something shows that it is away now; while it runs, nothing is wrong yet."""
    units = gateway_units(setup)
    if any(unit.active == "active" for unit in units) or any(container.running for container in gateways(setup)):
        return False
    refused = setup.failed(FailureKind.REFUSED) or any(one.error == "refused" for one in setup.exchanges)
    away = any(setup.said(AWAY, Speaker.GATEWAY, Speaker.CLIENT, Speaker.UNKNOWN))
    return bool(refused) or away or _ended(setup) is not None or any(unit.active for unit in units)


def _finding(why: str, user: str, *places: Place) -> Finding:
    return Finding(
        summary=f"the gateway is down: {why}",
        fix=Fix("let systemd keep the services of this user running without a login, then start it (from a shell "
                "without a session: export XDG_RUNTIME_DIR=/run/user/$(id -u))",
                f"sudo loginctl enable-linger {user} && systemctl --user restart openclaw-gateway"),
        evidence=at(*places),
    )  # fmt: skip


CAUSE = Cause(
    slug="user-service-without-session",
    title="the gateway's service outlives the login of its user",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.HOST),
    judge=judge,
    explains=frozenset({"gateway-not-running", "upstream-wrong-port"}),
)
