"""`clawkit status`: what runs, and how it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.choose import engine_of
from clawkit.engine.ports import Health, Service
from clawkit.probe.http import HttpFacts
from clawkit.readiness import last_words
from clawkit.verify import deployed

NOT_RUNNING = 1
AT_ONCE = 16


def status(context: Context) -> int:
    """Show what runs, and how it is."""
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    stack = deployment.stack()
    engine = engine_of(deployment.settings)
    with ThreadPoolExecutor(AT_ONCE) as pool:  # one that does not answer costs its time limit
        asked = pool.map(lambda gateway: _answer(deployed.startup_probe(stack, gateway)()), stack.sites)
        services = engine.services(stack.project)
        answers = dict(zip((gateway.service for gateway in stack.sites), asked, strict=True))
    if stack.tls == "off" and not stack.fronted_here:
        # the proxy refuses this host as it should; the gateways' own health checks say the rest
        answers |= {service.name: _health(service) for service in services if service.name in answers}
    words = {name: last_words(engine, service.container) for service in services
             if (name := service.name) in answers and answers[name] != "started"}  # fmt: skip
    healthy = bool(services) and all(answer == "started" for answer in answers.values())
    data = {
        "command": "status", "ok": healthy, "project": stack.project, "url": stack.url, "proxy": stack.proxy,
        "services": [_entry(service) for service in services], "gateways": answers, "words": words,
    }  # fmt: skip
    lines = [_line(service) for service in services] or ["nothing runs here; start it with `clawkit up`"]
    asked_at = {site.service: f"{site.origin}/startupz" for site in stack.sites}
    answered = [f"{name}: {answer} (asked at {asked_at[name]})" for name, answer in answers.items()]
    told = [f"  {line}" for name, text in words.items() for line in (f"{name} said last:", *text.splitlines())]
    context.report.finish(data, [*lines, *(answered if services else ()), *told])
    return 0 if healthy else NOT_RUNNING


def _answer(facts: HttpFacts) -> str:
    if facts.failure:
        return str(facts.failure)
    found = facts.document.get("status")
    return found if isinstance(found, str) else f"HTTP {facts.status}"


def _health(service: Service) -> str:
    return "started" if service.health is Health.HEALTHY else f"{service.state} ({service.health})"


def _entry(service: Service) -> dict[str, object]:
    return {
        "name": service.name, "container": service.container, "image": service.image, "state": service.state.value,
        "health": service.health.value, "exit_code": service.exit_code, "restarts": service.restarts,
        "started_at": service.started_at, "ports": list(service.ports),
        **({"node": service.node, "trouble": service.trouble} if service.node or service.trouble else {}),
    }  # fmt: skip


def _line(service: Service) -> str:
    health = "" if service.health is Health.NONE else f" ({service.health})"
    restarts = f", {service.restarts} restarts" if service.restarts else ""
    ports = "  " + ", ".join(service.ports) if service.ports else ""
    where = f" on {service.node}" if service.node else ""
    trouble = f"  ({service.trouble})" if service.trouble else ""
    return f"{service.name:16} {service.state}{health}{where}{restarts}  {service.image}{ports}{trouble}"


command = verb()(status)
