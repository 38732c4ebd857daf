"""What a write into a rendered folder would do: clawkit's files, the user's edits of them, and the user's own lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clawkit import drift, snippets
from clawkit.drift import Drift
from clawkit.files import Change, write_tree
from clawkit.render import render
from clawkit.stack import Stack


@dataclass(frozen=True, slots=True)
class Plan:
    files: Mapping[str, str]
    """Path -> what clawkit would write, the edited ones included."""
    edits: Drift
    own: Mapping[str, str]
    """Path -> text of the lines that the user added to the proxy's configuration."""
    discard_edits: bool = False

    @property
    def kept(self) -> Mapping[str, str]:
        return {} if self.discard_edits else self.edits.kept

    @property
    def ours(self) -> Mapping[str, str]:
        return {name: text for name, text in self.files.items() if name not in self.kept}

    def notes(self, folder: Path) -> list[str]:
        """What the user should know of the files that he edited; sets them aside if he said so."""
        if self.discard_edits:
            present = {name: text for name, text in self.edits.kept.items() if (folder / name).is_file()}
            copies = drift.set_aside(folder, present, dt.datetime.now())
            return [f"your edits are set aside in {copy}" for copy in copies]
        return [f"{name} was edited by hand and is kept{self._behind(name)} (see: clawkit diff)" for name in self.kept]

    def _behind(self, name: str) -> str:
        return ", though clawkit would write it differently by now" if name in self.edits.behind else ""

    def write(self, folder: Path) -> dict[str, Change]:
        drift.announce(folder, self.ours)
        changes = write_tree(folder, {**self.ours, **self.kept, **self.own})
        drift.record(folder, self.ours)
        return {name: Change.KEPT if name in self.kept else changes[name] for name in self.files}


def plan(stack: Stack, rendered: Path, folder: Path, *, discard_edits: bool = False) -> Plan:
    """Of a write into `folder`, which may be another than the deployment's; looks only."""
    own = snippets.read(rendered, stack.proxy)
    files = render(stack, own)
    edits = drift.find(rendered, files)
    if folder != rendered:
        there = drift.find(folder, files)
        edits = Drift({**edits.kept, **there.kept}, (*edits.behind, *there.behind))
    if edits.kept and not discard_edits:
        files = render(stack, {**own, **edits.kept})
    return Plan(files, edits, own, discard_edits)
