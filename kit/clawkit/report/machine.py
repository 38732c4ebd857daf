"""For a program: one JSON object on stdout and nothing else; progress goes to stderr as plain lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from clawkit.errors import ClawkitError
from clawkit.report.human import HumanReport

SCHEMA = 1


class JsonReport(HumanReport):
    def finish(self, data: Mapping[str, Any], lines: Sequence[str]) -> None:
        del lines
        print(json.dumps({"schema": SCHEMA, **data}, indent=2, default=str))

    def line(self, text: str) -> None:
        print(json.dumps({"schema": SCHEMA, "line": text}), flush=True)

    def fail(self, command: str, error: ClawkitError) -> None:
        super().fail(command, error)
        told = {"message": error.message, "fix": error.fix, "details": error.details, "exit_code": error.exit_code}
        self.finish({"command": command, "ok": False, "error": told}, ())
