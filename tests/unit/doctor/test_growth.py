"""Counted, not timed: what the doctor does grows with what it reads, and not with its square."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

from clawkit.doctor.diagnose import diagnose
from clawkit.doctor.readers.assemble import read
from clawkit.doctor.registry import CAUSES

SERVER = """
    server {{
        listen 443 ssl;
        server_name claw{number}.example.com;
        location / {{
            proxy_pass http://127.0.0.1:18789;
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
"""


def test_twice_the_servers_take_twice_the_calls(tmp_path: Path) -> None:
    calls(tmp_path, 2)  # what is made once, such as imports and patterns
    few, more, many = (calls(tmp_path, count) for count in (40, 80, 160))
    assert (many - more) / (more - few) < 2.2


def calls(folder: Path, servers: int) -> int:
    path = folder / "nginx.conf"
    path.write_text(f"events {{}}\nhttp {{{''.join(SERVER.format(number=number) for number in range(servers))}}}\n")
    profile = cProfile.Profile()
    profile.enable()
    diagnose(read([path]), CAUSES)
    profile.disable()
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
