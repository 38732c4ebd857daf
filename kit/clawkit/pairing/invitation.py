"""The one-time link that lets one browser in as the owner: OpenClaw's own, at the public address."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

from clawkit.errors import ClawkitError
from clawkit.stack import Gateway

MINT = ("openclaw", "dashboard", "--json")
"""Mints a link for ten minutes and one browser (docs web/dashboard.md); it names the gateway's own loopback."""

MINT_SECONDS = 120
"""OpenClaw's own command takes 5 s on an idle machine, and more than half a minute on a small or busy one."""


@dataclass(frozen=True, slots=True)
class Invitation:
    link: str = field(repr=False)
    expires: datetime

    @property
    def seconds(self) -> float:
        return max(0.0, (self.expires - datetime.now(UTC)).total_seconds())


def invitation(answer: str, gateway: Gateway) -> Invitation:
    """The gateway's link with the public origin, and without the loopback address that it would make a browser use."""
    try:
        told = json.loads(answer[answer.index("{") :])
        fragment = parse_qs(urlsplit(told["browserUrl"]).fragment)
        kept = {key: fragment[key][0] for key in ("bootstrapToken", "bootstrapProfile")}
        expires = datetime.fromtimestamp(told["browserBootstrapExpiresAtMs"] / 1000, UTC)
    except (ValueError, KeyError, TypeError) as error:
        # the answer holds a secret, so it is not shown
        raise ClawkitError(f"the gateway minted no link that clawkit understands ({type(error).__name__})",
                           fix="open the page and paste the token: clawkit token --show") from error  # fmt: skip
    return Invitation(f"{gateway.origin}/#{urlencode(kept)}", expires)
