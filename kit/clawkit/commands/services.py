"""Names of services that a user typed, against those that there are."""

from __future__ import annotations

from collections.abc import Sequence

from clawkit.engine.ports import Engine, Service
from clawkit.errors import ClawkitError, SettingsError


def chosen(engine: Engine, project: str, names: Sequence[str]) -> tuple[Service, ...]:
    """The named services, or all; raises when there is none or when a name is unknown."""
    present = engine.services(project)
    if not present:
        raise ClawkitError("nothing runs here", fix="clawkit up")
    known = {service.name: service for service in present}
    for name in names:
        if name not in known:
            raise SettingsError(f"no service {name!r}", fix=f"the services are: {', '.join(known)}")
    return tuple(known[name] for name in names) or present
