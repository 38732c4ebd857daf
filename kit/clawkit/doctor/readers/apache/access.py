"""Headers, logins, addresses and limits that are in force on a way through Apache."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from clawkit.doctor.model.place import Value
from clawkit.doctor.readers.apache.directive import Directive

XFF = "x-forwarded-for"
VISITOR = re.compile(r"^(?:expr=)?%\{REMOTE_ADDR\}[se]?$")
"""As Caddy's placeholder, which the causes know."""
SET = ("set", "append", "add", "merge", "setifempty")
EDITS = ("substitute", "proxyhtmlurlmap")


@dataclass(slots=True)
class Access:
    up: dict[str, Value[str]] = field(default_factory=dict)
    down: list[tuple[str, Value[str]]] = field(default_factory=list)
    rules: list[Value[str]] = field(default_factory=list)
    basic: Value[str] | None = None
    body: Value[int] | None = None
    edits: list[Value[str]] = field(default_factory=list)


def access(scopes: Sequence[Directive]) -> Access:
    """Inner containers come last, and what they say of access replaces what stands around them."""
    made = Access()
    for scope in scopes:
        for each in scope.inner:
            _header(each, made)
            if each.name == "limitrequestbody" and each.first.isdigit():
                made.body = Value(int(each.first), each.at)
            elif each.name == "proxyaddheaders" and each.first.lower() == "off":
                made.up[XFF] = Value("", each.at)
            elif each.name in EDITS:
                made.edits.append(Value(each.raw, each.at))
        _asked(scope, made)
    return made


def _header(each: Directive, made: Access) -> None:
    words = [word for word in each.args if word.lower() not in ("always", "onsuccess", "early")]
    if len(words) < 2 or each.name not in ("requestheader", "header"):
        return
    deed, name = words[0].lower(), words[1].lower()
    conditional = any(word.startswith(("env=", "expr=")) for word in words[2:])
    text = words[2] if deed in SET and len(words) > 2 else ""
    value = Value(VISITOR.sub("{remote_host}", text), each.at)
    if conditional or (deed != "unset" and deed not in SET):
        return
    if each.name == "header":
        made.down.append((name, value))
    else:
        made.up[name] = value


def _asked(scope: Directive, made: Access) -> None:
    wanted = scope.own("require")
    login = any(each.first.lower() in ("valid-user", "user", "group") for each in wanted)
    kind = scope.last("authtype")
    if login and kind is not None and kind.first.lower() in ("basic", "digest"):
        made.basic = Value(kind.first, kind.at)
    ranges = [each for each in wanted if each.first.lower() in ("ip", "local", "all", "not")]
    if not ranges or login:
        return
    if any(each.raw.lower() == "all granted" for each in ranges):
        made.rules = []
        return
    made.rules = [
        Value(f"allow {word}", each.at) for each in ranges if each.first.lower() == "ip" for word in each.args[1:]
    ]
    made.rules += [Value("allow 127.0.0.1", each.at) for each in ranges if each.first.lower() == "local"]
    made.rules.append(Value("deny all", ranges[-1].at))
