"""A project from its files: interpolated, extended, included, merged, checked as Compose checks it, made the model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from clawkit.doctor.model.compose import Compose, Service
from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers import dotenv
from clawkit.doctor.readers.compose import consistency, forms, held, resources, service, sources, tree, validation
from clawkit.doctor.readers.compose.environment import path_of, required
from clawkit.doctor.readers.compose.interpolation import Interpolator
from clawkit.doctor.readers.compose.merge import merge
from clawkit.doctor.readers.compose.sources import Sources, laid_over, resolve
from clawkit.doctor.readers.compose.tree import Node
from clawkit.doctor.readers.lines import place
from clawkit.doctor.readers.text import TextFile

DEEPEST = 20
"""Files that extend or include each other: a longer chain is a circle."""


def read(files: Sequence[TextFile], envs: Sequence[TextFile]) -> tuple[Compose, ...]:
    """Every project among the files. `envs`: .env and env_file candidates, wherever they lie."""
    return tuple(_Project(found, files, envs).compose() for found in sources.projects(files, envs))


NEEDS_MORE = ("no-image", "undefined-service", "undefined-network", "undefined-volume", "undefined-secret",
              "undefined-config")  # fmt: skip
"""What another file, or the rest of this one, may define."""


@dataclass(slots=True)
class _Project:
    sources: Sources
    files: Sequence[TextFile]
    envs: Sequence[TextFile]
    problems: list[Problem] = field(default_factory=list)
    unset: list[Value[str]] = field(default_factory=list)
    missing: list[Value[str]] = field(default_factory=list)

    def compose(self) -> Compose:
        variables = self._variables()
        root = self._merged(variables)
        main = self.sources.documents[0].file
        folder = self.sources.folder if self.sources.folder.is_dir() else None
        around = service.Surroundings(variables, self.sources.dotenv is not None, self._env, folder, self.problems)
        parts = root.get("services")
        named = {name: part for name, part in ((parts.entries if parts else None) or {}).items() if part.entries}
        active = self._profiles()
        made = {name: self._service(name, part, root, around) for name, part in named.items()}
        made = {name: replace(one, linked=tuple(_linked(name, named.values()))) for name, one in made.items()}
        if not any(problem.kind == "syntax" for problem in self.problems):
            found = consistency.problems(root, made, frozenset(active.value if active else ()))
            unseen = NEEDS_MORE if laid_over(self.sources.documents[0]) else ()
            unseen = (*unseen, "image-unset") if self.sources.dotenv is None else unseen
            self.problems += [problem for problem in found if problem.kind not in unseen]
        self._look_for_files(root, named, folder)
        return Compose(
            at=place(main, 1),
            services=made,
            networks=resources.networks(root, made),
            volumes=resources.volumes(root),
            problems=tuple(self.problems),
            unset=tuple(self.unset),
            missing_files=tuple(self.missing),
            name=resources.name(root, variables),
            files=tuple(document.file.shown for document in self.sources.documents),
            profiles=active,
            dotenv=dotenv.read(self.sources.dotenv) if self.sources.dotenv else {},
        )

    def _service(self, name: str, part: Node, root: Node, around: service.Surroundings) -> Service:
        made = service.read(name, part, around)
        return replace(made, mounts=(*made.mounts, *held.mounts(part, root)))

    def _variables(self) -> Mapping[str, str]:
        """Of .env alone: the shell of whoever runs Compose cannot be seen."""
        given = self.sources.dotenv
        return {name: value.value for name, value in dotenv.read(given).items()} if given else {}

    def _profiles(self) -> Value[tuple[str, ...]] | None:
        said = dotenv.read(self.sources.dotenv).get("COMPOSE_PROFILES") if self.sources.dotenv else None
        return Value(tuple(one.strip() for one in said.value.split(",")), said.at) if said and said.value else None

    def _merged(self, variables: Mapping[str, str]) -> Node:
        merged: Node | None = None
        for document in self.sources.documents:
            self.problems += document.problems
            root = self._one(document, variables, 0)
            if root is not None:
                merged = merge(merged, root) if merged else root
        return merged or Node(self.sources.documents[0].file, 1, entries={})

    def _one(self, document: tree.Document, variables: Mapping[str, str], depth: int) -> Node | None:
        """One file with what it includes below it and what its services extend put in."""
        root = document.root
        if root is None:
            if not document.problems:
                self.problems.append(Problem("empty compose file", place(document.file, None), "shape"))
            return None
        interpolator = Interpolator(variables)
        root = interpolator.tree(root)
        self.unset += interpolator.unset
        self.problems += interpolator.problems
        if not any(problem.kind == "syntax" for problem in document.problems):
            self.problems += validation.problems(root)
        if root.entries is None:
            return None
        root = self._extended(forms.project(root), variables)
        for path, node, envs in sources.with_env(root):
            included = self._file(document.file, path, node)
            if included and depth < DEEPEST:
                below = self._one(included, {**self._of(document.file, envs), **variables}, depth + 1)
                root = merge(below, root) if below else root
        return root

    def _of(self, beside: TextFile, paths: Sequence[str]) -> dict[str, str]:
        given = [file for path in paths if (file := self._env(beside, path)) is not None]
        return {name: value.value for file in given for name, value in dotenv.read(file).items()}

    def _file(self, beside: TextFile, path: str, node: Node) -> tree.Document | None:
        wanted = resolve(beside.path.parent, path)
        found = next((file for file in self.files if file.path == wanted), None)
        if found is not None:
            document = tree.parse(found)
            self.problems += document.problems
            return document
        if self._gone(wanted):
            self.problems.append(Problem(f"open {wanted}: no such file or directory", node.at(), "missing-file"))
        return None

    def _extended(self, root: Node, variables: Mapping[str, str]) -> Node:
        services = root.get("services")
        if services is None or services.entries is None:
            return root
        made = {name: self._extend(name, part, root, variables, 0) for name, part in services.entries.items()}
        return replace(root, entries={**(root.entries or {}), "services": replace(services, entries=made)})

    def _extend(self, name: str, part: Node, root: Node, variables: Mapping[str, str], depth: int) -> Node:
        extends = part.get("extends")
        if extends is None or part.entries is None or depth > DEEPEST:
            return part
        wanted, path = extends.text or extends.word("service"), extends.word("file")
        home: Node | None = root
        if path and resolve(part.file.path.parent, path) != part.file.path:
            document = self._file(part.file, path, extends.get("file") or extends)
            home = forms.project(Interpolator(variables).tree(document.root)) if document and document.root else None
        services = home.get("services") if home else None
        base = ((services.entries if services else None) or {}).get(wanted)
        if base is None or home is None:
            if home is not None:
                words = f'cannot extend service "{name}" in {part.file.shown}: service "{wanted}" not found'
                self.problems.append(Problem(words, extends.at(), "undefined-service"))
            return part
        own = {key: value for key, value in part.entries.items() if key != "extends"}
        return merge(self._extend(wanted, base, home, variables, depth + 1), replace(part, entries=own))

    def _env(self, beside: TextFile, path: str) -> TextFile | None:
        wanted = {resolve(beside.path.parent, path), resolve(self.sources.folder, path)}
        return next((file for file in (*self.envs, *self.files) if file.path in wanted), None)

    def _look_for_files(self, root: Node, services: Mapping[str, Node], folder: Path | None) -> None:
        """env_file, and files of secrets and configs, that are not there. Only relative paths can be judged here."""
        if folder is None:
            return
        for part in services.values():
            listed = part.get("env_file")
            for item in (listed.items if listed else None) or ():
                if required(item):
                    self._look(path_of(item), item)
        for kind in ("secrets", "configs"):
            parts = root.get(kind)
            for entry in ((parts.entries if parts else None) or {}).values():
                self._look(entry.word("file"), entry.get("file") or entry)

    def _look(self, path: str, node: Node) -> None:
        if path and not path.startswith(("/", "~")) and self._env(node.file, path) is None:
            wanted = resolve(self.sources.folder, path)
            if self._gone(wanted):
                self.missing.append(Value(path, node.at()))

    def _gone(self, path: Path) -> bool:
        """Certain only where the project itself lies on this machine."""
        try:
            return self.sources.documents[0].file.path.exists() and not path.exists()
        except OSError:
            return False


def _linked(name: str, parts: Iterable[Node]) -> Iterator[str]:
    """`links: [name:alias]` of any service."""
    for part in parts:
        links = part.get("links")
        for item in (links.items if links else None) or ():
            service, sign, alias = (item.text or "").partition(":")
            if sign and service == name:
                yield alias
