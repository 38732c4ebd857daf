"""A further gateway comes into clawkit.yaml, or what is its own there changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clawkit import deployment as deployments
from clawkit.commands.context import Context
from clawkit.errors import SettingsError
from clawkit.settings import dotted, listing
from clawkit.settings.further import OWN
from clawkit.settings.values import SLUG
from clawkit.stack import origin

MAIN = "main"

ADOPTED = """it is adopted: whoever runs it has to set in its openclaw.json
  gateway.trustedProxies                the address that it sees the proxy come from
  gateway.publicOrigin                  "{origin}"
  gateway.controlUi.allowedOrigins      ["{origin}"]"""
"""What clawkit sets for gateways of its own (render.openclaw_json); how to find that address is in docs/gateways.md."""


def add(context: Context, name: str, domain: str, upstream: str) -> tuple[dict[str, Any], list[str]]:
    """The entry, and what is to be said of it."""
    if not domain:
        raise SettingsError(f"gateways add {name}: no domain is given",
                            fix=f"clawkit gateways add {name} --domain {name}.example.com")  # fmt: skip
    if name == MAIN or not SLUG.fullmatch(name):
        raise SettingsError(f"{name!r} cannot be the name of a further gateway",
                            fix="lower-case letters, digits and dashes; main is the first one's")  # fmt: skip
    deployment = deployments.open_folder(context.folder, {})
    if any(one.name == name for one in deployment.settings.gateways):
        raise SettingsError(f"there is a gateway {name!r} already",
                            fix=f"clawkit gateways list, or change what is its own: gateways set {name}")  # fmt: skip
    wanted = {"name": name, "domain": domain, "upstream": upstream, **own(context.flags)}
    # judged as a whole before a line is written: the same domain twice, too many, not a host name
    others = [one.model_dump(exclude_none=True) for one in deployment.settings.gateways]
    checked = deployments.open_folder(context.folder, {"gateways": [*others, wanted]}).settings.gateways[-1]
    entry = {key: value for key, value in checked.model_dump(exclude_none=True).items() if value != ""}
    listing.add(context.folder, entry)
    begin = ADOPTED.format(origin=origin(deployment.settings, checked.domain)) if checked.upstream else ""
    return entry, [f"{name} for {checked.domain} is in clawkit.yaml", *begin.splitlines(), "start it: clawkit up"]


def change(context: Context, name: str) -> tuple[dict[str, Any], list[str]]:
    """Sets what is its own, or takes out what is given as empty: then it is as for all."""
    given = own(context.flags)
    if not given:
        raise SettingsError(f"gateways set {name}: nothing is given to be set",
                            fix=f"clawkit gateways set {name} --gateway-memory 4g")  # fmt: skip
    if name == MAIN:
        flags = " ".join(f"--{key.replace('_', '-')} {value}" for key, value in given.items())
        raise SettingsError("what counts for the main gateway are the settings of the deployment",
                            fix=f"clawkit up {flags}")  # fmt: skip
    values = {key: None if value == "" else value for key, value in given.items()}
    named = {dotted.named(name, key): value for key, value in values.items()}
    settings = deployments.open_folder(context.folder, named).settings
    changed = listing.change(context.folder, name, values)
    told = ", ".join(f"{key} {_shown(dotted.value(settings, dotted.named(name, key)))}" for key in values)
    if not changed:
        return values, [f"{name} has that already: {told}"]
    later = "take it up, which starts its container anew: clawkit up"
    if {"openclaw", "gateway_image"} & set(values):
        later += "; with a copy of its state and a way back: clawkit upgrade --gateway " + name
    return values, [f"{name}: {told}; it is in clawkit.yaml", later]


def own(flags: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in flags.items() if key in OWN}


def _shown(value: Any) -> str:
    return "as for all" if value is None else str(value)
