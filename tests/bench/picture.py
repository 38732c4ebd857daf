"""Bars as SVG: one file that follows the reader's light or dark page, without a library and without a script."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from figure import told
from section import Bars

WIDTH, LEFT, RIGHT = 760, 190, 130
BAR, GAP, HEAD, BETWEEN, ROW = 18, 4, 52, 16, 18
COLOURS = ("#2563eb", "#9ca3af", "#d97706", "#7c3aed", "#059669")
DARK = ("#60a5fa", "#6b7280", "#fbbf24", "#a78bfa", "#34d399")
FONT = "font-family:system-ui,-apple-system,'Segoe UI',sans-serif"


def svg(bars: Bars) -> str:
    series = list(dict.fromkeys(name for group in bars.groups.values() for name in group))
    words = legend(series) if len(series) > 1 else []
    head = HEAD + ROW * (max((word.row for word in words), default=0))
    height = head + sum(len(group) * (BAR + GAP) + BETWEEN for group in bars.groups.values())
    most = max((value for group in bars.groups.values() for value in group.values()), default=0) or 1
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" viewBox="0 0 {WIDTH} {height}" role="img">',
        f'<title>{escape(bars.title)}</title>',
        f"<style>{style(len(series))}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="6"/>',
        f'<text class="head" x="12" y="20">{escape(bars.title)}</text>',
        *map(str, words),
        *body(bars, series, most, head),
        "</svg>",
        "",
    ])  # fmt: skip


def style(count: int) -> str:
    light, dark = ("".join(f".s{at}{{fill:{colours[at % len(colours)]}}}" for at in range(count))
                   for colours in (COLOURS, DARK))  # fmt: skip
    return (f"text{{{FONT};font-size:12px;fill:#1f2937}}.head{{font-size:14px;font-weight:600}}.v{{font-size:11px}}"
            f".page{{fill:#fff}}{light}"
            f"@media(prefers-color-scheme:dark){{text{{fill:#e5e7eb}}.page{{fill:#0d1117}}{dark}}}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One name of the legend, in its row."""

    at: int
    x: int
    row: int
    name: str

    def __str__(self) -> str:
        y = 30 + self.row * ROW
        return (f'<rect class="s{self.at}" x="{self.x}" y="{y}" width="10" height="10" rx="2"/>'
                f'<text class="v" x="{self.x + 15}" y="{y + 9}">{escape(self.name)}</text>')  # fmt: skip


def legend(series: list[str]) -> list[Word]:
    words: list[Word] = []
    x, row = 12, 0
    for at, name in enumerate(series):
        wide = 34 + 6 * len(name)
        if x + wide > WIDTH:
            x, row = 12, row + 1
        words.append(Word(at, x, row, name))
        x += wide
    return words


def body(bars: Bars, series: list[str], most: float, head: int) -> Iterator[str]:
    y = head
    for label, group in bars.groups.items():
        middle = y + len(group) * (BAR + GAP) / 2 + 2
        yield f'<text x="{LEFT - 10}" y="{middle:.0f}" text-anchor="end">{escape(label)}</text>'
        for name, value in group.items():
            width = max(1.0, (WIDTH - LEFT - RIGHT) * value / most)
            yield f'<rect class="s{series.index(name)}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>'
            yield f'<text class="v" x="{LEFT + width + 6:.1f}" y="{y + 13}">{escape(told(value, bars.unit))}</text>'
            y += BAR + GAP
        y += BETWEEN
