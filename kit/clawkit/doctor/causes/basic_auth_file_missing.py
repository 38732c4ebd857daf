"""auth_basic_user_file names a file that is not there or that nginx may not read: nobody gets in."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = r'\[(?:error|crit)\].*open\(\) "(?P<file>[^"]*(?:htpasswd|passwd|\.users|auth)[^"/]*)" failed ' + (
    r"\((?P<number>2|13|21): (?P<why>[^)]+)\)"
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX)
    if said is None:
        return None
    line, match = said
    if "request:" not in line.text:
        return None
    answer = "403" if match["number"] == "2" else "500"
    return Finding(
        summary=f"nginx cannot read the passwords in {match['file']} ({match['why']}), so it answers {answer} to all",
        fix=Fix(
            "create the file where nginx runs (in a container: mount it), readable by nginx's own user",
            f"sudo htpasswd -c {match['file']} admin && sudo chgrp www-data {match['file']}",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="basic-auth-file-missing",
    title="nginx can read the file of its passwords",
    layer=Layer.PROXY,
    hop=Hop.PROXY,
    symptoms=(
        Symptom.FORBIDDEN,
        Symptom.BAD_GATEWAY,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
