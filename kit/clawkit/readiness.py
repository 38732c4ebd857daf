"""Is the stack up, still coming, or beyond hope: the containers' states and the gateway's own /startupz together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from clawkit.engine.ports import Engine, Health, Service, State
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.gateway import further
from clawkit.probe.failure import Trouble
from clawkit.probe.http import HttpFacts
from clawkit.stack import Gateway
from clawkit.wait import Look

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
WORDS = 12
"""Lines of a container's log that an error shows."""

CONFIG_FAULT = 78
"""OpenClaw: the configuration or the state is at fault, a retry is useless (docs cli/gateway)."""
FAILED = 1

PARKED = ("sh", "-c", '[ -e "$OPENCLAW_STATE_DIR/.clawkit-exit-78" ] && pid=$(cat /run/clawkit/pid) && '
                      '! kill -0 "$pid" && echo parked || true')  # fmt: skip
"""Whether start.sh waits for somebody to mend what OpenClaw exits 78 for."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What the exit of a container means, and what to do about it."""

    why: str
    fix: str


def look(engine: Engine, project: str, gateway: Gateway, probe: Callable[[], HttpFacts],
         before: Mapping[str, int], *, stranger: bool = False) -> Look:  # fmt: skip
    """One look at a gateway; `probe` asks /startupz on the public way, so a ready answer proves the proxy too.

    `before`: container -> restarts when the waiting began. Docker starts a dead container again within milliseconds,
    so between two looks a crash may show in this count alone. `stranger`: the proxy refuses whom it does not know as
    its front (tls off), and this host is not it.
    """
    facts = probe()
    if facts.document.get("status") == "started":
        return Look(ready=True, doing="started")
    services, doing = {service.name: service for service in engine.services(project)}, ""
    for name in ("proxy", gateway.service):
        service = services.get(name)
        if service is None:
            return Look(ready=False, doing="no container", hopeless=f"there is no container for {name}",
                        fix="clawkit up")  # fmt: skip
        if _ended(service, before):
            dead = _dead(engine, service)
            if name == "proxy" or not _tried_again(service, dead, before):
                return _hopeless(engine, dead)
            doing = f"{name} {ending(dead).why}; Docker starts it again"
        elif name != "proxy" and _parked(engine, service):
            return _hopeless(engine, replace(service, exit_code=CONFIG_FAULT, state=State.EXITED))
    if _meant_for_the_front(services[gateway.service], facts, stranger):
        return Look(ready=True, doing="healthy, for the proxy in front")
    if _only_the_certificate_is_late(services[gateway.service], facts):
        return Look(ready=True, doing="healthy, its certificate is pending")
    return Look(ready=False, doing=doing or _doing(services[gateway.service], facts), fix="clawkit logs")


def restarts(services: Sequence[Service]) -> dict[str, int]:
    return {service.container: service.restarts for service in services}


def _ended(service: Service, before: Mapping[str, int]) -> bool:
    crashed = service.restarts > before.get(service.container, service.restarts)
    return crashed or bool(service.trouble) or service.state in (State.EXITED, State.DEAD, State.RESTARTING)


def _dead(engine: Engine, service: Service) -> Service:
    """As it was when it ended: Docker may have started it again already."""
    code = engine.last_exit(service.container) if service.running else None
    return service if code is None else replace(service, exit_code=code, state=State.EXITED)


def _parked(engine: Engine, service: Service) -> bool:
    """Both of its ends may lie before the waiting began: its container runs, and nothing will ever come of it."""
    if not (service.running and service.restarts) or service.health is Health.HEALTHY:
        return False
    try:
        return "parked" in engine.exec(service.container, PARKED)
    except (EngineError, EnvironmentMissing):  # it ends in this very moment, or its node cannot be entered
        return False


def _tried_again(service: Service, dead: Service, before: Mapping[str, int]) -> bool:
    """A gateway may fail for want of time: on a busy host OpenClaw gives its state lease up after 5 s (status 1).

    Docker starts it again, and only the second such end is its last; 78, 137 and a want of memory are final at once.
    """
    again = service.state in (State.RUNNING, State.RESTARTING) and not service.oom_killed
    first = service.restarts - before.get(service.container, service.restarts) <= 1
    return again and first and not service.trouble and not dead.running and dead.exit_code == FAILED


def _meant_for_the_front(service: Service, facts: HttpFacts, stranger: bool) -> bool:
    """The proxy serves, and refuses this host as it should; the gateway's own health check says the rest."""
    return stranger and facts.status == 403 and not facts.document and service.health is Health.HEALTHY


def _only_the_certificate_is_late(service: Service, facts: HttpFacts) -> bool:
    """Caddy answers no handshake before it has a certificate; the gateway's own health check says the rest."""
    waiting = facts.failure is not None and facts.failure.kind is Trouble.NO_CERTIFICATE
    return waiting and service.health is Health.HEALTHY


def _doing(service: Service, facts: HttpFacts) -> str:
    if facts.failure:
        return f"waiting for the proxy ({facts.failure})"
    status = facts.document.get("status")
    if isinstance(status, str):
        pending = facts.document.get("pendingReason")
        return f"gateway {status}" + (f" ({pending})" if pending else "")
    if service.health is Health.HEALTHY:
        return f"the gateway is healthy but the proxy answers {facts.status}"
    return f"gateway starting (container {service.state})"


def _hopeless(engine: Engine, dead: Service) -> Look:
    end = ending(dead)
    return Look(ready=False, doing="stopped", hopeless=f"{dead.name} {end.why}", fix=end.fix,
                words=last_words(engine, dead.container))  # fmt: skip


def ending(service: Service) -> Ending:
    logs = f"clawkit logs {service.name}"
    if service.trouble:
        return Ending(f"cannot run: {service.trouble}", "clawkit status")
    if service.oom_killed:
        name = further(service.base)
        more = f"clawkit gateways set {name} --gateway-memory 4g, then clawkit up" if name else (
            "clawkit up --gateway-memory 4g")  # fmt: skip
        return Ending("was killed because it ran out of memory", f"raise the limit: {more}")
    if service.exit_code == CONFIG_FAULT:
        return Ending("exits 78: its configuration or state is at fault, a retry is useless", f"{logs}; then mend it")
    if service.exit_code == 137:
        return Ending("was killed (137)", f"{logs}; dmesg | grep -i oom")
    if service.running:
        # started again already: the status of the run that failed is gone
        return Ending("ended while starting, and Docker has started it again", logs)
    return Ending(f"exited with status {service.exit_code}", logs)


def words_of(engine: Engine, project: str, name: str) -> str:
    """The last words of a service, empty when it has no container."""
    found = [service for service in engine.services(project) if service.name == name]
    return last_words(engine, found[0].container) if found else ""


def last_words(engine: Engine, container: str) -> str:
    """The last lines of a container's log without colours; never fails, for it is only shown beside an error."""
    try:
        text = engine.logs(container, tail=80)
    except EngineError as error:
        return str(error)
    return last_lines(text)


def last_lines(text: str) -> str:
    lines = [line.rstrip() for line in ANSI.sub("", text).splitlines() if line.strip()]
    failed = [at for at, line in enumerate(lines) if "Gateway failed to start" in line]
    # OpenClaw appends a triage report after its reason; the reason is what helps
    shown = lines[failed[-1] : failed[-1] + WORDS] if failed else lines[-WORDS:]
    return "\n".join(shown)
