"""`clawkit gateways`: further gateways behind the same proxy, each with its own domain, state, token and network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from typing import Any

import click

from clawkit import deployment as deployments
from clawkit import features
from clawkit.commands import entering, moving
from clawkit.commands.context import Context
from clawkit.commands.entering import MAIN
from clawkit.commands.options import own_settings, verb
from clawkit.deployment import OUTGROWN, Deployment
from clawkit.engine.choose import engine_of
from clawkit.engine.docker import DockerEngine
from clawkit.engine.task import DockerTasks
from clawkit.errors import EngineError, EnvironmentMissing, SettingsError
from clawkit.gateway import Adopted
from clawkit.settings import listing, wildcard
from clawkit.stack import Gateway

ACTIONS = ("list", "add", "set", "remove", "move")


@click.argument("action", type=click.Choice(ACTIONS))
@click.argument("gateway", required=False, metavar="[NAME]")
@click.option("--domain", "host", default="", metavar="NAME", help="add: the name that people type to reach it")
@click.option("--upstream", default="", metavar="URL", help="add: http://ADDRESS:PORT of a gateway that somebody else "
                                                            "runs, such as a cell of `openclaw fleet`")  # fmt: skip
@click.option("--volumes", is_flag=True, help="remove: also its state, token and certificate; needs --yes")
@click.option("--node", default="", metavar="NODE", help="move: the machine of the Swarm that it goes to")
@own_settings("add, set: its own")
def gateways(context: Context, action: str, gateway: str | None, host: str, upstream: str, volumes: bool,
             node: str) -> int:  # fmt: skip
    """Add, list, change or remove further gateways behind the same proxy; on a Swarm, move one to another machine.

    Each has its own domain, state, token and network; none can reach another. Version, limits and model are as for the
    whole deployment unless it has its own. `add`, `set` and `remove` change clawkit.yaml; `clawkit up` then brings the
    difference. Removing keeps the data, unless --volumes --yes says otherwise. One that is added with --upstream is
    only led to: clawkit runs no container for it and has no token of it.
    """
    _refuse_strays(context, action)
    if action == "list":
        return _list(context)
    if gateway is None:
        raise SettingsError(f"gateways {action}: no name is given", fix=_example(action))
    if action == "move":
        return moving.move(context, gateway, node)
    if action == "remove":
        return _remove(context, gateway, volumes)
    entry, lines = (entering.add(context, gateway, host, upstream) if action == "add"
                    else entering.change(context, gateway))  # fmt: skip
    told = [*_told_of_certificate(context, entry["domain"]), *_told_of_proxy(context)] if action == "add" else []
    return _told(context, {"action": action, **entry, "gateway": gateway}, [*lines, *told])


command = verb()(gateways)


def _refuse_strays(context: Context, action: str) -> None:
    """A setting that would be without effect."""
    stray = next(iter(entering.own(context.flags)), None) if action not in ("add", "set") else None
    if stray:
        raise SettingsError(f"gateways {action}: --{stray.replace('_', '-')} has no effect on it",
                            fix="clawkit gateways set NAME, for one; clawkit up, for all")  # fmt: skip


def _example(action: str) -> str:
    more = {"add": " --domain alice.example.com", "set": " --gateway-memory 4g", "move": " --node NODE"}
    return f"clawkit gateways {action} alice{more.get(action, '')}"


def _remove(context: Context, name: str, volumes: bool) -> int:
    if name == MAIN:
        raise SettingsError("the main gateway cannot be removed alone", fix="clawkit down")
    deployment = deployments.open_folder(context.folder, {})
    found = next((one for one in deployment.stack().sites[1:] if one.name == name), None)
    if found is None:
        named = ", ".join(one.name for one in deployment.settings.gateways) or "none"
        raise SettingsError(f"no further gateway {name!r} (there are: {named})", fix="clawkit gateways list")
    volumes = volumes and isinstance(found, Gateway)  # clawkit keeps nothing of one that somebody else runs
    if volumes and deployment.settings.engine == "swarm" and isinstance(found, Gateway):
        raise SettingsError("--volumes: a manager of a Swarm cannot remove volumes on its nodes",
                            fix=f"remove {name} without it, then on its node: "
                                f"docker volume rm {deployment.project_name}_{found.volume}")  # fmt: skip
    if volumes and not context.yes:
        raise SettingsError(f"--volumes removes the state, token and certificate of {name} for good",
                            fix=f"clawkit gateways remove {name} --volumes --yes")  # fmt: skip
    # judged as a whole before a line is written: it may be the only one under the wildcard
    others = [one.model_dump(exclude_none=True) for one in deployment.settings.gateways if one.name != name]
    deployments.open_folder(context.folder, {"gateways": others})
    listing.remove(context.folder, name)
    if isinstance(found, Adopted):
        kept = "it runs on, where it is"
    elif volumes:
        _erase(deployment, found)
        kept = "its data is gone"
    else:
        kept = f"its data is kept (volume {deployment.project_name}_{found.volume})"
    lines = [f"{name} is out of clawkit.yaml; {kept}", "take it down: clawkit up", *_told_of_proxy(context)]
    return _told(context, {"action": "remove", "gateway": name, "volumes_removed": volumes}, lines)


def _erase(deployment: Deployment, gateway: Gateway) -> None:
    engine = DockerEngine()
    for service in engine.services(deployment.project_name):
        if service.name == gateway.service:
            engine.discard(service.container)
    DockerTasks().remove_volume(f"{deployment.project_name}_{gateway.volume}")
    (deployment.rendered / gateway.token_file).unlink(missing_ok=True)
    for name in (f"gateway/{gateway.name}", f"tls/site/{gateway.name}"):
        shutil.rmtree(deployment.rendered / name, ignore_errors=True)


def _told_of_certificate(context: Context, domain: str) -> list[str]:
    zone = deployments.open_folder(context.folder, {}).settings.acme_wildcard
    if not zone:
        return []
    if wildcard.covers(zone, (domain,)):
        return [f"its certificate is the one for *.{zone}: nothing is ordered"]
    return [f"*.{zone} does not cover {domain}: a certificate of its own is ordered"]


def _told_of_proxy(context: Context) -> list[str]:
    """Said before, not discovered after."""
    deployment = deployments.open_folder(context.folder, {})
    stack = deployment.stack()
    if not (deployment.rendered / "compose.yaml").exists():
        return []
    if deployment.outgrown(stack):
        return [f"{OUTGROWN}; the other gateways keep running"]
    if stack.proxy == "caddy" and not features.caddy(stack).stream_close_delay:
        return [f"the proxy is reloaded, not replaced; Caddy {stack.images.proxy.version} closes open WebSockets when "
                "it reloads (2.7 and later leave them open), so they connect again"]  # fmt: skip
    return ["the proxy is reloaded, not replaced: open connections stay, and the other gateways keep running"]


def _list(context: Context) -> int:
    deployment = deployments.open_folder(context.folder, context.flags)
    states, unseen = _states(deployment)
    stack = deployment.stack()
    entries = [{"name": one.name, "domain": one.domain, "url": one.origin + "/", "service": one.service,
                "state": states.get(one.service, "unknown" if unseen else "not started"),
                "version": one.image.version or one.settings.openclaw, "own": _own(one)}
               for one in stack.gateways]  # fmt: skip
    entries += [{"name": one.name, "domain": one.domain, "url": one.origin + "/", "service": "",
                 "upstream": f"http://{one.upstream}", "state": f"adopted, at {one.upstream}"}
                for one in stack.adopted]  # fmt: skip
    width = max(len(entry["name"]) for entry in entries)
    lines = [f"{entry['name']:{width}}  {entry['url']}  {entry['state']}{_apart(entry)}" for entry in entries]
    if unseen:
        lines.append(f"the engine was not asked: {unseen}")
    return _told(context, {"action": "list", "gateways": entries, "unseen": unseen}, lines)


def _own(gateway: Gateway) -> dict[str, Any]:
    """What is its own of the settings; the main one's are those of the deployment."""
    entry = next((one for one in gateway.settings.gateways if one.name == gateway.name), None)
    return entry.own if entry else {}


def _apart(entry: Mapping[str, Any]) -> str:
    own = entry.get("own") or {}
    return "".join(f", {key} {value}" for key, value in own.items())


def _states(deployment: Deployment) -> tuple[dict[str, str], str]:
    try:
        services = engine_of(deployment.settings).services(deployment.project_name)
    except (EngineError, EnvironmentMissing) as error:
        return {}, error.message
    return {one.name: re.sub(r", none$", "", f"{one.state}, {one.health}") for one in services}, ""


def _told(context: Context, data: Mapping[str, Any], lines: list[str]) -> int:
    context.report.finish({"command": "gateways", "ok": True, **data}, lines)
    return 0
