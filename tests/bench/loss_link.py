"""The longest hold per event, read from docs/zero-loss.md, which `make loss` measures."""

from __future__ import annotations

from page import DOCS
from section import Section, Table

EVENT, PROXY, FAILED, LONGEST = 0, 1, 3, 5


def measured() -> Section:
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in found()]
    events = dict.fromkeys(row[EVENT] for row in rows)
    table = Table(("event", "longest wait behind the kit", "failed", "failed behind the guide's"),
                  [(event, *judged([row for row in rows if row[EVENT] == event])) for event in events])  # fmt: skip
    return Section(
        "Loss", "From [zero loss](zero-loss.md), which `make loss` measures by itself; of all proxies.", [table]
    )


def found() -> list[str]:
    text = (DOCS / "zero-loss.md").read_text().partition("<!-- measured: begin")[2].partition("<!-- measured: end")[0]
    return [line for line in text.splitlines() if line.startswith("| ")][2:]


def judged(rows: list[list[str]]) -> tuple[str, str, str]:
    kit = [row for row in rows if row[PROXY].startswith("clawkit")]
    guide = [row for row in rows if row[PROXY].startswith("guide")]
    longest = max(float(row[LONGEST].split()[0]) for row in kit)
    failed = str(sum(int(row[FAILED]) for row in guide)) if guide else "not measured"
    return f"{longest:.1f} s", str(sum(int(row[FAILED]) for row in kit)), failed
