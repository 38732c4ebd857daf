"""`clawkit doctor --watch`: silent while all is well, one message when the state changes."""

from __future__ import annotations

import os
import threading
from hashlib import sha256
from pathlib import Path

from clawkit.commands.looking import NOTHING_LOOKED, Case, Look
from clawkit.doctor.watch import Health, notify_command, notify_webhook, remember, remembered
from clawkit.errors import ClawkitError, EnvironmentMissing, SettingsError

FOUND = 1
BLIND = "could-not-look"
"""Stands for a cause while there is nothing to look at, so that this too is told once."""


def watch(case: Case, *, every: int, once: bool, notify: str | None, webhook: str | None, state: Path | None) -> int:
    """Runs until it is interrupted; the state is kept in a file, so that a new start does not tell it again."""
    path = state or _state(case)
    health = remembered(path)
    while True:
        health = _round(case, health, path, notify, webhook, always=once and case.for_a_program)
        if once:
            return _code(health)
        threading.Event().wait(every)  # the interval between two looks; nothing is waited for


def _state(case: Case) -> Path:
    """Beside the data of the deployment here, else in the user's own state, by what is watched."""
    rendered = case.context.folder / "stack"
    if not case.paths and any((rendered / name).exists() for name in ("compose.yaml", "stack.yaml")):
        return rendered / "data" / "doctor.json"
    watched = "\0".join(str(path.absolute()) for path in case.paths or (case.context.folder,))
    home = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return home / "clawkit" / f"doctor-{sha256(watched.encode()).hexdigest()[:12]}.json"


def _code(health: Health) -> int:
    if health.healthy:
        return 0
    return NOTHING_LOOKED if health.cause == BLIND else FOUND


def _round(case: Case, before: Health, path: Path, notify: str | None, webhook: str | None, *,
           always: bool) -> Health:  # fmt: skip
    look, health = _looked(case)
    told = health.same_as(before)
    if look is not None and (always or not told):
        case.tell(look)
    if told:
        return health
    if look is None:
        case.context.report.warn(f"{health.summary} (try: {health.fix})")
    try:
        if notify:
            notify_command(notify, health)
        if webhook:
            notify_webhook(webhook, health)
    except ClawkitError as error:
        case.context.report.warn(f"{error.message}; told again at the next look (try: {error.fix})")
        return Health(health.healthy, health.cause, health.summary, health.fix, untold=True)
    remember(path, health)
    return health


def _looked(case: Case) -> tuple[Look | None, Health]:
    """A watch outlives an engine that is being restarted; a wrong command line ends it."""
    try:
        look = case.look()
    except SettingsError:
        raise
    except EnvironmentMissing as error:
        return None, Health(False, BLIND, error.message, error.fix or "clawkit doctor")
    return look, _health(look)


def _health(look: Look) -> Health:
    root = look.diagnosis.root_cause
    if root is not None:
        cause, finding = root
        return Health(False, cause.slug, finding.summary, finding.fix.command or finding.fix.summary)
    if look.ends:
        return Health(False, "", look.ends[0].seen, (look.ends[0].next_commands or ("clawkit doctor",))[0])
    if not look.diagnosis.looked:
        return Health(False, BLIND, "nothing could be looked at", "clawkit doctor FOLDER")
    return Health(healthy=True)
