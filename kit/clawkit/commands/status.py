"""`clawkit status`: what runs, and how it is."""

from __future__ import annotations

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.engine.docker import DockerEngine
from clawkit.engine.ports import Health, Service
from clawkit.probe.http import HttpFacts
from clawkit.verify import deployed

NOT_RUNNING = 1


def status(context: Context) -> int:
    """Show what runs, and how it is."""
    deployment = deployments.open_folder(context.folder, context.flags)
    deployments.require(deployment)
    stack = deployment.stack()
    services = DockerEngine().services(stack.project)
    answers = {gateway.service: _answer(deployed.startup_probe(stack, gateway)()) for gateway in stack.gateways}
    if stack.tls == "off" and not stack.fronted_here:
        # the proxy refuses this host as it should; the gateways' own health checks say the rest
        answers |= {service.name: _health(service) for service in services if service.name in answers}
    healthy = bool(services) and all(answer == "started" for answer in answers.values())
    data = {
        "command": "status", "ok": healthy, "project": stack.project, "url": stack.url, "proxy": stack.proxy,
        "services": [_entry(service) for service in services], "gateways": answers,
    }  # fmt: skip
    lines = [_line(service) for service in services] or ["nothing runs here; start it with `clawkit up`"]
    answered = [f"{name}: {answer} (asked at {stack.url}startupz)" for name, answer in answers.items()]
    context.report.finish(data, [*lines, *(answered if services else ())])
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
    }  # fmt: skip


def _line(service: Service) -> str:
    health = "" if service.health is Health.NONE else f" ({service.health})"
    restarts = f", {service.restarts} restarts" if service.restarts else ""
    ports = "  " + ", ".join(service.ports) if service.ports else ""
    return f"{service.name:16} {service.state}{health}{restarts}  {service.image}{ports}"


command = verb()(status)
