"""A page of errors that somebody saved from the browser: its title tells the status, Cloudflare's the name too."""

from __future__ import annotations

import re

from clawkit.doctor.model.exchange import Exchange
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.recorded.curl import CHALLENGE
from clawkit.doctor.readers.recorded.seen import Seen
from clawkit.doctor.readers.recorded.vantage import vantage
from clawkit.doctor.readers.text import TextFile
from clawkit.doctor.redaction import redact

TITLE = re.compile(r"<title>\s*(?:(?P<name>[\w-]+(?:\.[\w-]+)+) \| )?(?P<status>[45]\d\d)\b[^<]*", re.IGNORECASE)
CHALLENGED = CHALLENGE
REFUSED = re.compile(r"<title>[^<|]+ \| (?P<name>[\w-]+(?:\.[\w-]+)+) \| Cloudflare\s*</title>", re.IGNORECASE)
"""Cloudflare's pages of the errors from 1000 on."""
TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]+>", re.DOTALL | re.IGNORECASE)
WORDS = 500
FORBIDDEN = 403
BODY = 2000


def read(file: TextFile) -> Seen:
    found = next((match for rule in (TITLE, CHALLENGED, REFUSED) if (match := rule.search(file.text))), None)
    if found is None:
        return Seen()
    line = file.text.count("\n", 0, found.start()) + 1
    told = found.groupdict()
    url = f"https://{told['name']}/" if told.get("name") else ""
    headers = {"server": "cloudflare"} if "cloudflare" in file.text.lower() else {}
    at = Place(file.shown, line, found.group(0).partition(">")[2].strip())
    words = " ".join(TAG.sub(" ", file.text).split())[:WORDS]
    return Seen(exchanges=(Exchange(url=url, at=at, vantage=vantage(url), headers=headers,
                                    status=int(told.get("status") or FORBIDDEN),
                                    body=redact(f"{words}\n{file.text}")[:BODY]),))  # fmt: skip
