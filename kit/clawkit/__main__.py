"""Entry of `clawkit` and of `python -m clawkit`."""

from __future__ import annotations

import sys


def run() -> None:
    from clawkit.cli import main

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
