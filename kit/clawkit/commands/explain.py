"""`clawkit explain`: the page of one cause."""

from __future__ import annotations

import difflib
from pathlib import Path

import click

from clawkit.commands.complete import among, causes
from clawkit.commands.context import Context
from clawkit.commands.options import verb
from clawkit.errors import SettingsError
from clawkit.files import templates_root


def pages() -> dict[str, Path]:
    """Slug -> page, from the installed package or the checkout."""
    root = templates_root()
    folder = root / "causes" if (root / "causes").is_dir() else root / "docs" / "causes"
    return {path.stem: path for path in sorted(folder.glob("*.md"))}


@click.argument("cause", required=False, shell_complete=among(causes))
def explain(context: Context, cause: str | None) -> int:
    """Show the page of one cause; without a name, list them."""
    known = pages()
    if cause is None:
        data = {"command": "explain", "ok": True, "causes": list(known)}
        context.report.finish(data, [f"{slug:32} {title(path)}" for slug, path in known.items()])
        return 0
    slug = cause.removeprefix("causes/")
    if slug not in known:
        close = difflib.get_close_matches(slug, known, n=1)
        raise SettingsError(f"no cause {cause!r}", fix=f"clawkit explain {close[0]}" if close else "clawkit explain")
    text = known[slug].read_text()
    context.report.finish({"command": "explain", "ok": True, "cause": slug, "page": text}, text.splitlines())
    return 0


def title(path: Path) -> str:
    return path.read_text().splitlines()[0].lstrip("# ")


command = verb()(explain)
