"""The commands of a script or of notes, in order, with the variables that it sets itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clawkit.doctor.model.compose import Attachment, Compose, Network, Service
from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers.docker_run import command
from clawkit.doctor.readers.docker_run.service import Places, service
from clawkit.doctor.readers.lines import lines_of, place
from clawkit.doctor.readers.text import TextFile

_RUN = re.compile(
    r"^[\s$#>]*(?:sudo\s+(?:-\w+\s+)*)?(?:exec\s+)?(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)\s"
)
_NETWORK = re.compile(r"^[\s$#>]*(?:sudo\s+)?(?:docker|podman)\s+network\s+(?P<verb>create|connect)\s+(?P<rest>.+)$")
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)=(\"[^\"]*\"|'[^']*'|[^\s;&|]*)\s*$")
_VARIABLE = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}|\$(\w+)")


def read(file: TextFile, envs: Sequence[TextFile] = ()) -> Compose | None:
    """None for a file without such a command."""
    if "run" not in file.text and "create" not in file.text:
        return None
    found = _Script(file, envs)
    for number, text in _commands(file):
        found.run(number, text)
    if not found.services:
        return None
    return Compose(
        at=place(file, 1),
        services=found.services,
        networks=found.networks,
        problems=tuple(found.problems),
        files=(file.shown,),
    )


def _commands(file: TextFile) -> Iterator[tuple[int, str]]:
    """Whole commands with the line on which they begin: a backslash at the end joins, prompts are taken off."""
    start, text = 0, ""
    for number, line in enumerate(lines_of(file.text), 1):
        start = start if text else number
        bare = line.rstrip()
        if bare.endswith(("\\", "`")) and not bare.endswith("```"):
            text += bare[:-1] + " "
            continue
        yield start, text + bare
        text = ""
    if text:
        yield start, text


@dataclass(slots=True)
class _Script:
    file: TextFile
    envs: Sequence[TextFile]
    services: dict[str, Service] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, number: int, text: str) -> None:
        if assigned := _ASSIGNED.match(text):
            self.variables[assigned.group(1)] = self._put(assigned.group(2).strip("\"'"))
        elif match := _RUN.match(text):
            self._run(number, command.split(self._put(text[match.end() :])))
        elif match := _NETWORK.match(text):
            self._network(number, match["verb"], command.split(self._put(match["rest"])))

    def _put(self, text: str) -> str:
        """Variables that the script sets itself; others stay as they are written."""

        def one(match: re.Match[str]) -> str:
            name = match.group(1) or match.group(3)
            return self.variables.get(name, match.group(2) or match.group(0))

        return _VARIABLE.sub(one, text)

    def _network(self, number: int, verb: str, words: Sequence[str]) -> None:
        options, rest = command.parse(words)
        at = place(self.file, number)
        if verb == "create" and rest:
            subnets = tuple(Value(text, at) for text in options.get("subnet", ()))
            self.networks[rest[-1]] = Network(rest[-1], at, internal="internal" in options, subnets=subnets)
        elif verb == "connect" and len(rest) == 2 and rest[1] in self.services:
            service = self.services[rest[1]]
            use = Attachment(rest[0], at, tuple(options.get("alias", ())))
            self.services[rest[1]] = replace(service, networks=(*service.networks, use), network_mode=None)

    def _run(self, number: int, words: Sequence[str]) -> None:
        options, rest = command.parse(words)
        if not rest:
            return
        image, ordered = rest[0], rest[1:]
        name = command.last(options, "name") or re.sub(r"[:@].*$", "", image.rsplit("/", 1)[-1])
        whole = place(self.file, number, command.secret(options, ordered))
        made = service(name, image, ordered, options, Places(self.file, number, whole, envs=self.envs), self.problems)
        for use in made.networks:
            self.networks.setdefault(use.network, Network(use.network, use.at, external=True))
        self.services[name] = made
