"""Failures in an access log that holds upstream status and times: measured with nginx 1.22, 1.26 and 1.31."""

from __future__ import annotations

import json
import re
from typing import Any

from clawkit.doctor.model.failure import Failure, FailureKind
from clawkit.doctor.model.place import Place

COMBINED = re.compile(r'"(?:[A-Z]+ (?P<path>\S+)[^"]*|[^"]*)" (?P<status>\d{3}) ')
NAMED = re.compile(r"\b(?P<name>uct|uht|urt|rt|us|ua|upstream_\w+|request_time)[=:]\"?(?P<value>[^\s\",]*)")
"""The usual spellings in text formats: `rt=0.003 uct="-" uht="-" urt="0.001"`."""
ALIASES = {"uct": "connect", "upstream_connect": "connect", "upstream_connect_time": "connect", "uht": "header",
           "upstream_header": "header", "upstream_header_time": "header", "ua": "address", "upstream": "address",
           "upstream_addr": "address", "us": "status_up", "upstream_status": "status_up", "rt": "duration",
           "duration": "duration", "request_time": "duration"}  # fmt: skip


TRAEFIK_REFUSED = re.compile(r'"(?:[A-Z]+) (?P<path>\S+)[^"]*" 403 \d+ "[^"]*" "[^"]*" \d+ "[\w.-]+@\w+" "-" \d+ms')
"""A middleware of Traefik's said no: the router is named, and no server was asked."""


def status_of(text: str) -> int | None:
    """Of a line in any of the usual formats."""
    if text.startswith("{"):
        found = re.search(r'"status": ?"?(\d{3})', text)
        return int(found.group(1)) if found else None
    common = COMBINED.search(text)
    if common:
        return int(common.group("status"))
    manager = re.match(r"\[[^\]]+\] \S+ \S+ (\d{3}) ", text)  # nginx-proxy-manager's own
    return int(manager.group(1)) if manager else None


def failure(text: str, at: Place, time: float | None) -> Failure | None:
    """The line as a failure, where status and upstream times say which kind."""
    status = status_of(text)
    kept = TRAEFIK_REFUSED.search(text) if status == 403 else None
    if kept is not None:
        path = kept["path"].partition("?")[0]
        return Failure(FailureKind.FORBIDDEN, at, path=path, status=status, client=text.split(" ", 1)[0], time=time)
    if status not in (502, 504, 413):
        return None
    fields = _fields(text)
    kind = _kind(status, fields)
    if kind is None:
        return None
    return Failure(
        kind=kind,
        at=at,
        upstream=fields.get("address", "").split(",")[-1].strip().removeprefix("-"),
        site=fields.get("host", ""),
        path=fields.get("path", ""),
        status=status,
        client=fields.get("client", ""),
        time=time,
        duration=_seconds(fields.get("duration", "")),
    )


def _kind(status: int, fields: dict[str, str]) -> FailureKind | None:
    if status == 413:
        return FailureKind.BODY_TOO_LARGE if fields.get("status_up") in ("", "-") else None
    if "connect" not in fields:
        return None
    # after a retry nginx lists every try: the last one made the answer
    connect = fields["connect"].split(",")[-1].strip()
    header = fields.get("header", "-").split(",")[-1].strip()
    if status == 502:
        if connect == "-":
            return FailureKind.REFUSED
        if connect == "":
            return FailureKind.NO_HOST if not fields.get("address") else None
        return FailureKind.CLOSED if header in ("-", "") else None
    if connect == "-":
        return FailureKind.CONNECT_TIMEOUT
    return FailureKind.READ_TIMEOUT if connect and header in ("-", "") else None


def _fields(text: str) -> dict[str, str]:
    if not text.startswith("{"):
        common = COMBINED.search(text)
        fields = {ALIASES[found["name"]]: found["value"] for found in NAMED.finditer(text) if found["name"] in ALIASES}
        fields["path"] = (common.group("path") or "").partition("?")[0] if common else ""
        return {**fields, "client": text.split(" ", 1)[0]}
    try:
        data: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    fields = {ALIASES[name]: str(value) for name, value in data.items() if name in ALIASES}
    path = data.get("path") or data.get("uri") or data.get("request_uri") or ""
    fields["path"] = str(path).partition("?")[0]
    fields["host"] = str(data.get("host") or data.get("server_name") or "")
    fields["client"] = str(data.get("client") or data.get("remote_addr") or "")
    return fields


def _seconds(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
