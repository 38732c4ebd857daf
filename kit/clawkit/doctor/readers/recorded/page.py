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
CHALLENGED = re.compile(rf"(?P<name>(?!))?(?P<status>(?!))?{CHALLENGE.pattern}", re.IGNORECASE)
FORBIDDEN = 403
BODY = 2000


def read(file: TextFile) -> Seen:
    found = TITLE.search(file.text) or CHALLENGED.search(file.text)
    if found is None:
        return Seen()
    line = file.text.count("\n", 0, found.start()) + 1
    url = f"https://{found['name']}/" if found["name"] else ""
    headers = {"server": "cloudflare"} if "cloudflare" in file.text else {}
    at = Place(file.shown, line, found.group(0).partition(">")[2].strip())
    return Seen(exchanges=(Exchange(url=url, at=at, vantage=vantage(url), 
                                    status=int(found["status"] or FORBIDDEN), headers=headers,
                                    body=redact(file.text)[:BODY]),))  # fmt: skip
