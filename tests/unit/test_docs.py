"""Every command in README and docs is one that there is: verbs, options and make targets, parsed as if typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import screens
from clawkit.cli import COMMANDS, group, verb_first
from clawkit.commands.examples import EXAMPLES
from clawkit.settings.reference import page
from typed import was_typed

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = ("fault-table.md", "screens.md")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
ALTERNATIVES = re.compile(r"^(clawkit [a-z]+ [a-z]+)(`, `|/| or |\|)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def commands(path: Path) -> Iterator[str]:
    """Indented lines, lines after a prompt, and inline code, that begin with clawkit or make."""
    text = path.read_text()
    for block in FENCED.findall(text):
        yield from re.findall(r"^\s*\$ (clawkit .*)$", block, re.MULTILINE)
    rest = FENCED.sub("", text)
    yield from re.findall(r"^ {4,}(?:\*/5 \* \* \* \* )?((?:clawkit|make) [^\n]*?)(?:\s{2,}#.*)?$", rest, re.MULTILINE)
    yield from re.findall(r"`((?:clawkit|make) [^`]+)`", rest)


FOUND = sorted({
    *((path.name, line) for path in PAGES if path.name not in GENERATED for line in commands(path)),
    *((f"{verb} --help", line) for verb, lines in EXAMPLES.items() for line in lines),
})  # fmt: skip


def words_of(line: str) -> list[str]:
    line = re.sub(r"[ \t]#.*$", "", line).split(" && ")[0]
    return shlex.split(line.replace("…", "x"))


def test_there_is_something_to_type_in_every_guide() -> None:
    assert len(FOUND) > 60
    assert {"README.md", "vps.md", "lan.md", "no-registry.md", "gateways.md", "eject.md"} <= {name for name, _ in FOUND}


@pytest.mark.parametrize(("name", "line"), FOUND)
def test_a_documented_command_is_one_that_there_is(name: str, line: str) -> None:
    words = words_of(line)
    if words[0] == "make":
        assert words[1] in TARGETS, line
        arguments = next((word.removeprefix("ARGS=") for word in words if word.startswith("ARGS=")), None)
        words = ["clawkit", "up", *shlex.split(arguments)] if arguments and words[1] == "up" else []
    if not words[1:]:
        return
    verb, *rest = verb_first(words[1:])
    assert verb in COMMANDS, line
    command = group.get_command(click.Context(group), verb)
    assert command is not None
    # words in capitals stand for the reader's own; options and choices are judged, values are not
    typed = ["x" if word.isupper() and not word.startswith("-") else word for word in rest]
    try:
        command.make_context(verb, typed, resilient_parsing=False)
    except click.exceptions.Exit:
        return  # --help, --version
    except click.MissingParameter:
        return  # a verb that is named without what it works on
    except click.UsageError as error:
        pytest.fail(f"{name}: `{line}`: {error.format_message()}")


def test_every_verb_has_examples_of_its_own_and_shows_them() -> None:
    assert set(EXAMPLES) == set(COMMANDS)
    for verb, lines in EXAMPLES.items():
        assert all(line.split()[:2] == ["clawkit", verb] for line in lines), verb
        command = group.get_command(click.Context(group), verb)
        assert command is not None
        told = command.get_help(click.Context(command, info_name=verb))
        assert f"Examples:\n    {lines[0]}\n" in f"{told}\n", told


def test_the_settings_page_is_what_the_settings_are() -> None:
    assert (ROOT / "docs/settings.md").read_text() == page(), "make reference"


def test_the_screens_are_what_a_terminal_shows() -> None:
    assert (ROOT / "docs/screens.md").read_text() == screens.page(), "make screens"


def test_every_page_is_reached_from_the_index_and_no_link_is_dead() -> None:
    index = (ROOT / "docs/README.md").read_text()
    assert {path.name for path in PAGES[1:]} - {"README.md"} <= set(re.findall(r"\]\(([\w./-]+)\)", index))
    for path in PAGES:
        for target in re.findall(r"\]\(([\w./-]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


TYPED = (("verify", "--deep", "--json", "--html", "/tmp/page.html"), ("up", "--domain", "a.lan", "--proxy", "caddy"))


@pytest.mark.parametrize(("line", "held"), [
    ("clawkit verify --deep --html report.html", True),  # a further option stands between
    ("clawkit up --domain claw.lan", True),  # the reader's own name
    ("clawkit up --proxy nginx", False),
    ("clawkit up --domain claw.lan --https-port 8443", False),
    ("clawkit verify --html", True),
    ("clawkit verify caddy", False),
])  # fmt: skip
def test_a_documented_command_counts_as_typed_only_with_its_own_options(line: str, held: bool) -> None:
    assert was_typed(line, TYPED) is held
