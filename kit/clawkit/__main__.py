"""Entry of `clawkit` and of `python -m clawkit`."""

from __future__ import annotations

import gc
import sys

COLLECT_AT = 100_000
"""Objects; Python's own 700 makes it look through what the imports made a hundred times before anything was done."""


def run() -> None:
    gc.set_threshold(COLLECT_AT)
    from clawkit.cli import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
