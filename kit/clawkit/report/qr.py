"""A QR code in the terminal, for a phone that is to open a link; the only user of segno."""

from __future__ import annotations

from clawkit.report.style import Style

QUIET = 2
"""Modules of light margin: the standard asks for 4, every reader of today takes 2, and 60 columns hold no more."""

HALVES = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
"""Upper and lower module, light or not: a terminal's cell is as high as two modules."""

BLACK_AND_WHITE = "48;5;16;38;5;231"
"""Of the 256-colour palette, which no theme changes."""


def lines(text: str, style: Style) -> list[str]:
    """Nothing where the terminal cannot show it whole.

    The light modules are what is drawn: most terminals are dark, and where colours are allowed it does not matter.
    """
    if not style.drawing:
        return []
    import segno

    code = segno.make(text, error="l", micro=False)
    dark = [[bool(module) for module in row] for row in code.matrix_iter(border=QUIET)]
    if len(dark[0]) > style.width:
        return []
    if len(dark) % 2:
        dark.append([True] * len(dark[0]))  # as if nothing was there: no half row of light below the margin
    pairs = zip(dark[::2], dark[1::2], strict=True)
    return [style.paint(BLACK_AND_WHITE, "".join(HALVES[not up, not low] for up, low in zip(*pair, strict=True)))
            for pair in pairs]  # fmt: skip
