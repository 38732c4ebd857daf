"""The habits of the house, kept by tests: what a reader relies on must not rot."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest

import clawkit
from clawkit.check import Group, Measured, Outcome, Result
from clawkit.cli import COMMANDS, main
from clawkit.report import checks
from clawkit.settings.example import example
from clawkit.settings.model import Settings

PACKAGE = Path(clawkit.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "templates" not in path.parts)

LONGEST_FILE = 300
LONGEST_FUNCTION = 50


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(PACKAGE)): ast.parse(path.read_text()) for path in MODULES}


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and length in lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield node.name, node.end_lineno - node.lineno + 1


def calls(tree: ast.Module) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_every_module_says_in_a_sentence_what_it_is_for(trees: dict[str, ast.Module]) -> None:
    first = {name: (ast.get_docstring(tree) or "").split("\n\n")[0] for name, tree in trees.items()}
    assert {name: text for name, text in first.items() if len(text) < 20 or text[-1] not in ".:"} == {}


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    lengths = {str(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long_to_be_read_at_once(trees: dict[str, ast.Module]) -> None:
    lengths = {f"{name}:{function}": lines for name, tree in trees.items() for function, lines in functions(tree)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_only_the_entry_ends_the_process_and_nobody_sleeps(trees: dict[str, ast.Module]) -> None:
    refused = {"time.sleep", "sleep", "exit", "sys.exit", "os._exit"}
    found = {name: calls(tree) & refused for name, tree in trees.items()}
    assert {name: used for name, used in found.items() if used} == {"__main__.py": {"sys.exit"}}


@pytest.mark.parametrize("library", ["jinja2", "tenacity", "rich"])
def test_a_library_has_one_room(library: str) -> None:
    users = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in MODULES
             if f"import {library}" in path.read_text() or f"from {library}" in path.read_text()}  # fmt: skip
    assert users == {{"jinja2": "render", "tenacity": "wait", "rich": "report"}[library]}


@pytest.mark.parametrize("key", list(Settings.model_fields))
def test_every_setting_is_explained_in_the_example(key: str) -> None:
    assert Settings.model_fields[key].description
    assert f"\n# {key}:" in example()


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_a_module_and_a_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = import_module(f"clawkit.commands.{name}")
    assert module.command.name == name
    assert module.__doc__ is not None and module.__doc__.startswith(f"`clawkit {name}`")
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Usage: clawkit {name}" in shown
    shared = ("--dir", "--json", "--quiet", "--verbose", "--no-color", "--yes", "--timeout")
    assert [flag for flag in shared if flag not in shown] == []


@pytest.mark.parametrize("name", ["up", "render", "config", "init"])
def test_every_setting_is_a_flag(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([name, "--help"])
    shown = capsys.readouterr().out
    for key in set(Settings.model_fields) - {"gateways"}:
        assert f"--{key.replace('_', '-')}" in shown, key


def made(outcome: Outcome, reason: str = "") -> Result:
    measured: Measured = {"version": "TLSv1.3", "days_left": 820, "first_byte_ms": 1.5, "same": True, "issuer": None}
    return Result("tls-version", "TLS version", Group.TLS, outcome, "TLSv1.3", measured, reason, 12)


def verified(*results: Result) -> dict[str, object]:
    return {"schema": 1, "command": "verify", "ok": checks.passed(results), "url": "https://localhost/",
            "proxy": "caddy", "elapsed_ms": 12, "checks": checks.entries(results)}  # fmt: skip


def validate(document: dict[str, object]) -> None:
    schema = json.loads((PACKAGE / "report/schemas/verify.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(document)), schema)


def test_the_schema_of_verify_takes_every_outcome() -> None:
    validate(verified(made(Outcome.OK), *(made(one, "because") for one in Outcome if one is not Outcome.OK)))


def test_the_schema_of_verify_refuses_what_the_contract_does_not_allow() -> None:
    for broken in (
        verified(made(Outcome.FAILED)),  # a failure without a reason
        {**verified(made(Outcome.OK)), "schema": 2},
        {**verified(made(Outcome.OK)), "url": "localhost"},
        {key: value for key, value in verified(made(Outcome.OK)).items() if key != "ok"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            validate(broken)
