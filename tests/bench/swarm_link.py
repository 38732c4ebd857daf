"""What a Swarm costs, read from docs/swarm.md, which `make swarm` measures."""

from __future__ import annotations

from page import DOCS
from section import Section


def measured() -> Section:
    text = (DOCS / "swarm.md").read_text().partition("<!-- measured: begin")[2].partition("<!-- measured: end")[0]
    told = "From [many machines](swarm.md), which `make swarm` measures by itself."
    return Section("Many machines", f"{told}\n{text.partition('-->')[2].strip()}\n")
