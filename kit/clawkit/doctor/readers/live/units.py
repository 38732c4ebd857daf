"""systemd's units of gateways and proxies on the host itself, from `systemctl show`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from clawkit.doctor.model.host import Unit
from clawkit.doctor.model.place import Place, Value
from clawkit.doctor.readers.lines import MASK, hidden
from clawkit.doctor.readers.live.abreast import all_of
from clawkit.doctor.readers.live.tool import said
from clawkit.doctor.redaction import redact

NAMES = ("openclaw*.service", "clawdbot*.service", "moltbot*.service", "nginx.service", "openresty.service",
         "caddy.service", "apache2.service", "httpd.service")  # fmt: skip
PROPERTIES = ("Id", "LoadState", "ActiveState", "ExecStart", "Environment", "Restart", "User", "WorkingDirectory",
              "ExecMainStatus")  # fmt: skip
ARGUMENTS = re.compile(r"argv\[\]=(.*?) ;")
ASSIGNED = re.compile(r'("?)(\w+)=((?:\\.|[^"\\])*?)\1(?= |$)')


def units() -> tuple[Unit, ...]:
    """Of the system, and of the user who asks; none where systemd does not run."""
    words = ("show", "--no-pager", "--property", ",".join(PROPERTIES), *NAMES)
    system, user = all_of((lambda: said(("systemctl", *words)), lambda: said(("systemctl", "--user", *words))))
    return (*read(system or ""), *read(user or "", user_scope=True))


def read(text: str, *, user_scope: bool = False) -> tuple[Unit, ...]:
    return tuple(_unit(block, user_scope) for block in _blocks(text) if block.get("LoadState") == "loaded")


def _blocks(text: str) -> Iterator[Mapping[str, str]]:
    for block in text.split("\n\n"):
        pairs = (line.partition("=") for line in block.splitlines())
        yield {name: value for name, _, value in pairs}


def _unit(block: Mapping[str, str], user_scope: bool) -> Unit:
    name = block.get("Id", "")
    shown = f"systemctl {'--user ' if user_scope else ''}show {name}"
    argv = ARGUMENTS.search(block.get("ExecStart", ""))
    command = redact(argv[1]) if argv else ""
    status = block.get("ExecMainStatus", "")
    return Unit(
        name=name,
        at=Place(shown, None, f"{name} is {block.get('ActiveState', '')}"),
        active=block.get("ActiveState", ""),
        command=Value(command, Place(shown, None, f"ExecStart={command}")) if command else None,
        environment=_environment(block.get("Environment", ""), shown),
        restart=block.get("Restart", ""),
        user_scope=user_scope,
        working_directory=block.get("WorkingDirectory", ""),
        user=block.get("User", ""),
        exit_code=int(status) if status.isdigit() and status != "0" else None,
    )


def _environment(text: str, shown: str) -> dict[str, Value[str]]:
    found: dict[str, Value[str]] = {}
    for match in ASSIGNED.finditer(text):
        name, value = match[2], match[3]
        value = MASK if hidden(name, value) else redact(value)
        found[name] = Value(value, Place(shown, None, f"{name}={value}"))
    return found
