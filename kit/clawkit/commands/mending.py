"""`clawkit doctor --fix`: shows what it would change, asks, and proves what it did."""

from __future__ import annotations

from clawkit.commands.looking import Case, Look
from clawkit.doctor.mend import Plan, carry_out, plan
from clawkit.errors import RolledBack

MOST_ROUNDS = 12
"""One cause hides the next; more than this in one run is a loop."""


def mend(case: Case, *, write: bool) -> int:
    """Exit 0 when nothing is wrong any more, 1 when something is left, 5 when a change was taken back."""
    first = case.look()
    case.aside(first)
    if case.paths:
        last = _files(case, first, write=write)
    else:
        from clawkit.commands.healing import heal

        last = heal(case, first)
    if last is not first or case.for_a_program or case.outputs.html or case.outputs.bundle:
        case.tell(last)
    return last.code


def _files(case: Case, look: Look, *, write: bool) -> Look:
    report = case.context.report
    for _ in range(MOST_ROUNDS):
        wanted = plan(look.setup, look.diagnosis)
        if wanted is None:
            if look.diagnosis.findings:
                slug = look.diagnosis.findings[0][0].slug
                report.note(f"     {slug} is not mended by --fix: the fix above is for you to do")
            break
        report.note(wanted.diff().rstrip("\n"))
        if not write:
            report.note("     nothing written: these files are not clawkit's; add --write to change them")
            break
        if not case.agreed(f"change {len(wanted.changes)} file(s) to mend {wanted.slug}?"):
            break
        look = _prove(case, look, wanted)
    return look


def _prove(case: Case, look: Look, wanted: Plan) -> Look:
    proof = carry_out(wanted, look.diagnosis, lambda: case.look().diagnosis)
    if not proof.healed:
        raise RolledBack(f"{wanted.slug}: {proof.reason}; the files are as they were",
                         fix=f"clawkit explain {wanted.slug}")  # fmt: skip
    case.context.report.note(f"ok   mended {wanted.slug}; before: {', '.join(str(path) for path in proof.copies)}")
    case.context.report.note("     logs and records among the files are from before this change: reload, and look anew")
    return case.look()
