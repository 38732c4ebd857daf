"""nginx may not write its temporary files, so long answers are cut and uploads get 500."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import last_words
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.setup import Part, Setup

WORDS = (
    r'(?:open|mkdir)\(\) "(?P<folder>/[^"]*?/(?:proxy|body|client_body|proxy_temp|client_temp))(?:/[\d/]+)?" '
    r"failed \((?:13|30): (?P<why>[^)]+)\)"
)


def judge(setup: Setup) -> Finding | None:
    said = last_words(setup, WORDS, Speaker.NGINX)
    if said is None:
        return None
    line, match = said
    return Finding(
        summary=f"nginx may not write below {match['folder']} ({match['why']}): answers larger than its buffers are "
        "cut, uploads get 500",
        fix=Fix(
            "give the folder to nginx's own user (the line `user` in nginx.conf), in a read-only container a tmpfs",
            f"sudo chown -R www-data: {match['folder']}",
        ),
        evidence=at(line.at),
    )


CAUSE = Cause(
    slug="nginx-temp-unwritable",
    title="nginx may write its temporary files",
    layer=Layer.HOST,
    hop=Hop.PROXY,
    symptoms=(
        Symptom.CUT,
        Symptom.BLANK,
    ),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
    explains=frozenset({"nginx-config-refused", "proxy-not-running"}),
)
