"""How the cost of reading and writing grows with what is read and written: it must be linear."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import why
from deployment import CLAWKIT
from figure import Figure, side_by_side, timed
from section import Bars, Section, Table, Target

BLOCKS = (10, 100, 1_000, 10_000)
GATEWAYS = (1, 10, 50)
LINEAR = 1.3
"""Most that ten times the input may cost, beyond ten times the cost: the smaller one is the more exact."""

SERVER = """
server {{
    listen 443 ssl;
    server_name claw{number}.example.com;
    ssl_certificate /etc/ssl/claw.pem;
    ssl_certificate_key /etc/ssl/claw.key;
    location / {{
        proxy_pass http://127.0.0.1:18789;
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_read_timeout 300s;
    }}
}}
"""
"""Short: the doctor reads no file above 5 MB, which ten thousand of these almost are."""


def nginx_conf(blocks: int) -> str:
    return f"events {{}}\nhttp {{{''.join(SERVER.format(number=number) for number in range(blocks))}}}\n"


def clawkit_yaml(gateways: int) -> str:
    further = "".join(f"  - {{name: g{at}, domain: g{at}.example.com}}\n" for at in range(1, gateways))
    return f"domain: claw.example.com\ntls: internal\n{'gateways:' if further else ''}\n{further}"


def measured(runs: int) -> Section:
    with tempfile.TemporaryDirectory(prefix="clawkit-bench-") as temporary:
        doctor = doctored(Path(temporary), runs)
        render = rendered(Path(temporary), runs)
    tables = [growth("doctor on an nginx.conf of", "server blocks", doctor),
              growth("render of", "gateways", render)]  # fmt: skip
    pictures = [Bars("scale-doctor", "doctor: ms for each server block, beyond the first ten", "ms",
                     {f"{count:,}": {"": each * 1000} for count, each in slopes(doctor).items()})]  # fmt: skip
    text = ("The whole command is timed, start of Python included. The last column is what each further one costs: "
            "linear means that it stays.")  # fmt: skip
    return Section("Growth", text, tables, pictures, [*linear("doctor", doctor), *linear("render", render)])


def doctored(folder: Path, runs: int) -> dict[int, Figure]:
    """The largest takes as long as all others together, and is run once."""
    found = {}
    for count in BLOCKS:
        path = folder / f"{count}/nginx.conf"
        path.parent.mkdir()
        path.write_text(nginx_conf(count))
        once = partial(timed, (CLAWKIT, "doctor", path), good=(0, 1))
        found[count] = side_by_side({"": once}, 1 if count == BLOCKS[-1] else runs)[""]
    return found


def rendered(folder: Path, runs: int) -> dict[int, Figure]:
    once = {}
    for count in GATEWAYS:
        place = folder / f"gateways-{count}"
        place.mkdir()
        (place / "clawkit.yaml").write_text(clawkit_yaml(count))
        timed((CLAWKIT, "render", "--dir", place))
        once[str(count)] = partial(timed, (CLAWKIT, "render", "--dir", place))
    return {int(name): figure for name, figure in side_by_side(once, runs).items()}


def slopes(found: dict[int, Figure]) -> dict[int, float]:
    """Seconds for each one more than in the step before."""
    counts = list(found)
    return {more: (found[more].median - found[less].median) / (more - less) for less, more in pairwise(counts)}


def growth(what: str, unit: str, found: dict[int, Figure]) -> Table:
    each = slopes(found)
    rows = [(f"{count:,} {unit}", str(figure), f"{each[count] * 1000:.2f} ms" if count in each else "")
            for count, figure in found.items()]  # fmt: skip
    return Table((what, "", "for each further one"), rows)


def linear(what: str, found: dict[int, Figure]) -> Iterator[Target]:
    """The last step beside the one before; the first steps are mostly start-up."""
    *_, before, last = slopes(found).values()
    ratio = last / before
    met = ratio <= LINEAR
    yield Target(f"{what} grows linearly", f"≤ {LINEAR:.2f} x", f"{ratio:.2f} x", met, "" if met else why.GROWTH)
