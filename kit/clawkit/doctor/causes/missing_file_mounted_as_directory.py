"""The file of a bind mount does not exist on the host, and Docker made a directory of its name."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words, last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r'Are you trying to mount a directory onto a file|error mounting "([^"]+)".*not a directory|'
    r"EISDIR: illegal operation on a directory|"
    r'"([^"]+)" failed \(21: Is a directory\)|(?:open|read) (\S+): is a directory|reading config.*is a directory'
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.GATEWAY, Speaker.NGINX, Speaker.CADDY)
    found = (said[0].at, said[1]) if said else engine_words(setup, WORDS)
    if found is None:
        return None
    place, match = found
    named = next((group for group in match.groups() if group), "") if match.groups() else ""
    return Finding(
        summary=f"{named or 'a mounted file'} is a directory: the file was not there when the container was created, "
        "and Docker made a directory of its name",
        fix=Fix(
            "docker compose down, remove the empty directory, put the file there, and start again",
            "docker compose down && ls -ld ./*",
        ),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="missing-file-mounted-as-directory",
    title="mounted files are files",
    layer=Layer.DOCKER,
    hop=Hop.GATEWAY,
    symptoms=(
        Symptom.REFUSED,
        Symptom.RESTARTING,
        Symptom.BAD_GATEWAY,
        Symptom.WRONG_SITE,
    ),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset(
        {"gateway-not-running", "proxy-not-running", "config-missing", "nginx-config-refused", "caddyfile-refused"}
    ),
)
