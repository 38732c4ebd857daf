"""The errors a user can meet, each with its exit code (house rule: a message names the value, `fix` the next command).

ClawkitError
├── SettingsError       2   the command line or clawkit.yaml is wrong; names the key
├── EnvironmentMissing  3   no engine, port taken, image not to be had
│   └── EngineError     3   docker's own words
├── NotReady            4   still starting when the time ran out
├── Hopeless            1   a container will not become healthy however long we wait
├── RolledBack          5   the change failed, the old stack serves
├── Interrupted       130   Ctrl-C
└── Bug                70   anything else that escapes; the traceback is in a log file
"""

from __future__ import annotations

from typing import ClassVar


class ClawkitError(Exception):
    """Shown as `error: <message>` and `  try: <fix>`, never with a traceback."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, fix: str | None = None, details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.details = details


class SettingsError(ClawkitError):
    exit_code = 2


class EnvironmentMissing(ClawkitError):
    exit_code = 3


class EngineError(EnvironmentMissing):
    pass


class Hopeless(ClawkitError):
    exit_code = 1


class NotReady(ClawkitError):
    exit_code = 4


class RolledBack(ClawkitError):
    exit_code = 5


class Interrupted(ClawkitError):
    exit_code = 130


class Bug(ClawkitError):
    exit_code = 70
