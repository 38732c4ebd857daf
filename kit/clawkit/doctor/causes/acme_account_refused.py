"""The authority refuses the account, before it is asked about any name."""

from __future__ import annotations

import re

from clawkit.doctor.acme import refusals
from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.model.place import Place
from clawkit.doctor.model.setup import Part, Setup

KINDS = ("invalidContact", "unsupportedContact", "externalAccountRequired", "accountDoesNotExist", "userActionRequired")
MAIL = re.compile(r"contact|email|e-mail", re.IGNORECASE)
SAID = (
    r"Please update your account with an email address first|contact email .{0,40}(?:forbidden|invalid) domain|"
    r"(?:requires|required).{0,20}external account binding|External Account Binding.{0,20}required|"
    r"Account (?:key|creation) .{0,20}not (?:registered|found)|No such account"
)
DOMAIN = re.compile(r"(?:forbidden|invalid) domain[: ]*\"?(?P<domain>[\w.-]+\w)")


def judge(setup: Setup) -> Finding | None:
    for refusal in refusals(setup, *KINDS):
        return _finding(refusal.kind, refusal.detail, refusal.at)
    for line, match in setup.said(SAID, Speaker.ACME, Speaker.CADDY, Speaker.UNKNOWN):
        return _finding("invalidContact" if MAIL.search(match[0]) else "externalAccountRequired", line.text, line.at)
    return None


def _finding(kind: str, words: str, place: Place) -> Finding:
    domain = DOMAIN.search(words)
    if kind in ("invalidContact", "unsupportedContact"):
        wrong = f"the e-mail address of the account{f' at {domain[1]}' if domain else ''}"
        fix = Fix("an address that exists, or none at all (Let's Encrypt needs none)",
                  "acme.sh --register-account -m you@your-domain; caddy: email you@your-domain")  # fmt: skip
    elif kind == "externalAccountRequired":
        wrong = "an account without its external account binding (EAB)"
        fix = Fix("its key id and HMAC key from the authority's own page, or use Let's Encrypt, which needs none",
                  "acme.sh --set-default-ca --server letsencrypt")  # fmt: skip
    else:
        wrong = f"the account that is kept here ({kind})"
        fix = Fix("remove the kept account so that a new one is made (certbot: /etc/letsencrypt/accounts, Caddy: "
                  "/data/caddy/acme)", "certbot show_account")  # fmt: skip
    return Finding(summary=f"the certificate authority refuses {wrong}, so no certificate is ordered", fix=fix,
                   evidence=at(place))  # fmt: skip


CAUSE = Cause(
    slug="acme-account-refused",
    title="the certificate authority takes the account",
    layer=Layer.TLS,
    hop=Hop.TLS,
    symptoms=(Symptom.NO_CERTIFICATE,),
    looks_at=looks_at(Part.LOGS),
    judge=judge,
)
