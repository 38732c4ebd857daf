"""What `docker inspect` shows of services and tasks of a Swarm, as it shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Raw = Mapping[str, Any]

ENDED = ("failed", "rejected", "shutdown", "complete", "orphaned", "remove")
"""States of a task that has no container any more (swarmkit, api/types.proto, TaskState)."""
