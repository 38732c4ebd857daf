"""Whether the authority will reach this host under the domain: looked at before it is asked, for it counts failures."""

from __future__ import annotations

from clawkit.reach.facts import Cause, Finding, Severity
from clawkit.reach.survey import Eyes, check, refuse

__all__ = ["Cause", "Eyes", "Finding", "Severity", "check", "refuse"]
