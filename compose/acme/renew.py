"""Gets and renews the certificates of plan.json with certbot, and hands them to the proxy.

    python3 renew.py /acme/plan.json     runs until SIGTERM
    python3 renew.py --alive             exits 0 while the other one runs

certbot decides when a renewal is due: by the authority's ARI, else when a third of the lifetime is left. keeper.py
decides when certbot is asked: Let's Encrypt wants 1, 10 and 100 minutes after failures, then once a day, remembered
across restarts (letsencrypt.org/docs/integration-guide). Needs nothing but Python, what certbot itself brings, and
the modules beside it.
"""

from __future__ import annotations

import json
import signal
import sys
from datetime import timedelta
from pathlib import Path

from moments import moment, now
from places import Places

ALIVE_SECONDS = 180
"""Three heartbeats of keeper.py."""


def alive(status: Path) -> bool:
    try:
        beaten = moment(json.loads(status.read_text())["heartbeat"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return abs(now() - beaten) < timedelta(seconds=ALIVE_SECONDS)


def main(words: list[str]) -> int:
    if words == ["--alive"]:
        return 0 if alive(Places().status) else 1
    # the health check does without: nothing can be compiled in advance on a read-only mount
    from keeper import Keeper

    keeper = Keeper(Path(words[0]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, keeper.end)
    keeper.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
