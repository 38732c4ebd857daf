"""The state was written by a newer OpenClaw than the one that runs."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r"uses newer schema version (\d+)(?:; this build supports \d+)?|schema version (\d+) is newer than|(?:state|config|"
    r"database) was (?:last )?(?:written|touched) by (?:a )?newer|"
    r"OpenClaw binary \((\S+)\) is older than the config last written by OpenClaw ([\w.-]*\w)"
)


def judge(setup: Setup) -> Finding | None:
    found = last_words(setup, WORDS, Speaker.GATEWAY)
    if found is None:
        return None
    line, match = found
    if match[3]:
        return Finding(
            summary=f"this OpenClaw ({match[3]}) is older than the one that wrote its configuration ({match[4]}): two "
            "are installed, and the service or the shell takes the old one",
            fix=Fix("remove the older one, then write the service anew with the newer one",
                    "which -a openclaw && openclaw gateway install --force"),
            evidence=at(line.at),
        )  # fmt: skip
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    return Finding(
        summary="the state directory was written by a newer OpenClaw"
        + (f" (schema {named})" if named else "")
        + ", and this build refuses to open it",
        fix=Fix(
            "run the newer image again; to go back, restore the backup of before the upgrade together with "
            "the old image",
            "docker compose pull && docker compose up -d",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="database-newer-than-build",
    title="the state fits the build",
    layer=Layer.GATEWAY,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.BAD_GATEWAY,
        Symptom.RESTARTING,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "state-volume-not-writable"}),
)
