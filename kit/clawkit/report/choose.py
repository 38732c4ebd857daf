"""Which report speaks."""

from __future__ import annotations

from clawkit.report.human import HumanReport
from clawkit.report.machine import JsonReport
from clawkit.report.style import Style, detect


def choose(*, json: bool, no_color: bool, quiet: bool, verbose: int) -> HumanReport:
    if json:
        plain = Style(colour=False, live=False, unicode=detect(no_color=True).unicode)
        return JsonReport(plain, quiet=quiet, verbose=verbose)
    return HumanReport(detect(no_color=no_color), quiet=quiet, verbose=verbose)
