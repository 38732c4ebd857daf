"""What the log of the container tells."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    sys.stdout.write(f"clawkit acme: {text}\n")
    sys.stdout.flush()
