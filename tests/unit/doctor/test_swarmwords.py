"""Commands of Compose that a finding names, in words that a Swarm understands."""

from __future__ import annotations

import pytest

from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix
from clawkit.doctor.model.place import Place
from clawkit.doctor.swarmwords import translated


@pytest.mark.parametrize(
    ("compose", "swarm"),
    [
        ("docker compose up -d", "clawkit up"),
        ("docker compose up -d proxy", "clawkit up"),
        ("docker compose restart proxy", "clawkit up"),
        ("docker compose exec openclaw openclaw devices list", "clawkit devices list"),
        ("docker compose logs --tail 50 openclaw", "clawkit logs gateway"),
        ("docker compose down && ls -ld ./*", None),
        ("docker node ls", "docker node ls"),
        (None, None),
    ],
)
def test_a_command_is_one_that_a_swarm_has_or_none(compose: str | None, swarm: str | None) -> None:
    finding = Finding("x", Fix("its own words: docker logs demo_proxy", compose), at(Place("a", None, "b")))
    fix = translated(finding).fix
    assert fix.command == swarm
    assert fix.summary == "its own words: docker service logs demo_proxy"
