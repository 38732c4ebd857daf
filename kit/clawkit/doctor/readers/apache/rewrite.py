"""mod_rewrite: WebSockets that are picked out, redirects, and pages that are proxied by [P]."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clawkit.doctor.model.route import Redirect
from clawkit.doctor.readers.apache.directive import Directive

VARIABLES = (
    (re.compile(r"%\{(?:HTTP_HOST|SERVER_NAME)\}", re.IGNORECASE), "{host}"),
    (re.compile(r"%\{REQUEST_URI\}", re.IGNORECASE), "{uri}"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: str
    to: str
    flags: tuple[str, ...]
    """In upper case, with their values: R=301, P, L."""
    conditions: tuple[str, ...]
    at: Directive

    @property
    def proxies(self) -> bool:
        return "P" in self.flags or "PROXY" in self.flags

    @property
    def websocket(self) -> bool | None:
        """True where only handshakes get through its conditions, False where none does."""
        asked = [c.lower() for c in self.conditions if "upgrade" in c.lower()]
        if not asked:
            return None
        return not any(re.search(r"\}\s+!", c) for c in asked)

    @property
    def by_tls(self) -> bool | None:
        """True: only with TLS; False: only without; None: neither is asked."""
        for condition in self.conditions:
            found = re.search(r"%\{(?:HTTPS|REQUEST_SCHEME|SERVER_PORT)\}\s+(\S+)", condition, re.IGNORECASE)
            if found is not None:
                word = found[1].lower().strip("\"'^$=")
                return (word.lstrip("!=^") in ("on", "https", "443")) != word.startswith("!")
        return None

    @property
    def narrowed(self) -> bool:
        """It asks for more than TLS or the WebSocket."""
        return any(not re.search(r"HTTPS\}|REQUEST_SCHEME|SERVER_PORT|upgrade", c, re.IGNORECASE)
                   for c in self.conditions)  # fmt: skip


def rules(directives: Sequence[Directive]) -> Iterator[Rule]:
    """Nothing where the engine is not switched on."""
    on = [each for each in directives if each.name == "rewriteengine"]
    if not on or on[-1].first.lower() != "on":
        return
    conditions: list[str] = []
    for each in directives:
        if each.name == "rewritecond":
            conditions.append(each.raw)
        elif each.name == "rewriterule" and len(each.args) > 1:
            flags = each.args[2].strip("[]").split(",") if len(each.args) > 2 else []
            yield Rule(
                each.args[0], each.args[1], tuple(flag.strip().upper() for flag in flags), tuple(conditions), each
            )
            conditions = []


def redirect(rule: Rule) -> Redirect | None:
    """Of every request: what asks for more than the scheme is no certain one."""
    flag = next((one for one in rule.flags if one == "R" or one.startswith(("R=", "REDIRECT"))), None)
    if rule.narrowed or (flag is None and not rule.to.startswith(("http://", "https://"))) or rule.proxies:
        return None
    code = flag.partition("=")[2] if flag else ""
    to = rule.to
    for pattern, placeholder in VARIABLES:
        to = pattern.sub(placeholder, to)
    number = {"PERMANENT": 301, "": 302, "TEMP": 302}.get(code, int(code) if code.isdigit() else 302)
    return Redirect(number, re.sub(r"/\$1$|\$1$", "{uri}", to), rule.at.at)
