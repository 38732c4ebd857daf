"""Letting devices in on real stacks: by the one-time link, and one by one; nothing secret stays behind."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
from versions import every_day_on
from visitor import Visitor

import clawkit
from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker
from typed import argv

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600), every_day_on("nginx")]

SCHEMAS = Path(clawkit.__file__).parent / "report/schemas"


def asked(stack: OpenClawStack, *words: str) -> dict[str, Any]:
    """What a command says to a program, held against its schema."""
    said = Clawkit(stack.folder)(*words, "--json")
    assert said.code == 0, said.out + said.err
    answer: dict[str, Any] = json.loads(said.out)
    schema = json.loads((SCHEMAS / f"{words[0]}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(answer, schema)
    return answer


def paired(stack: OpenClawStack) -> set[str]:
    return {one["id"] for one in asked(stack, "devices")["paired"]}


def secret(link: str) -> str:
    return parse_qs(urlsplit(link).fragment)["bootstrapToken"][0]


def said_by_the_containers(stack: OpenClawStack) -> str:
    return "".join(docker(word, stack.container(name)) for word in ("logs", "inspect") for name in ("gateway", "proxy"))


@pytest.mark.types("clawkit open")
def test_the_link_lets_the_first_one_in_and_nobody_else(stack: OpenClawStack) -> None:
    made = asked(stack, "open")
    assert made["link"].startswith(stack.url + "#")
    first, second = Visitor(), Visitor()
    first.knock(stack, bootstrapToken=secret(made["link"]))
    assert second.knock(stack, bootstrapToken=secret(made["link"])) == "AUTH_BOOTSTRAP_TOKEN_INVALID"
    assert first.device in paired(stack) and second.device not in paired(stack)
    assert secret(made["link"]) not in said_by_the_containers(stack)


@pytest.mark.types("clawkit devices approve 3f9a2c", "clawkit devices revoke 3f9a2c")
def test_exactly_one_of_two_that_ask_is_let_in(stack: OpenClawStack) -> None:
    wanted, other = Visitor(), Visitor()
    for one in (wanted, other):
        assert one.knock(stack, token=stack.token) == "PAIRING_REQUIRED"
    ids = {one["device"]: one["id"] for one in asked(stack, "devices")["asking"]}
    done = asked(stack, "devices", "approve", ids[wanted.device][:8])
    assert done["request"]["device"] == wanted.device
    now = asked(stack, "devices")
    assert wanted.device in {one["id"] for one in now["paired"]}
    assert [one["device"] for one in now["asking"]] == [other.device]
    asked(stack, "devices", "reject", ids[other.device])
    asked(stack, "devices", "revoke", wanted.device[:12])
    assert asked(stack, "devices")["asking"] == [] and wanted.device not in paired(stack)
    assert wanted.knock(stack, token=stack.token) == "PAIRING_REQUIRED"


@pytest.fixture
def waiting(stack: OpenClawStack) -> Iterator[subprocess.Popen[str]]:
    words = argv(stack.folder, "open", "--wait", "--no-browser")
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    yield process
    process.kill()
    process.communicate()


def test_who_was_let_in_is_said_at_once(stack: OpenClawStack, waiting: subprocess.Popen[str]) -> None:
    assert waiting.stdout is not None
    link = next(line for line in waiting.stdout if line.startswith(stack.url))
    stranger = Visitor()
    stranger.knock(stack, token=stack.token)
    asks = next(line for line in waiting.stdout if "asks without the link" in line)
    assert re.search(r"browser on Linux x86_64, from [0-9.]+, just now, asks without the link", asks)
    Visitor().knock(stack, bootstrapToken=secret(link.strip()))
    rest = waiting.stdout.read()
    assert waiting.wait(30) == 0, rest
    assert re.search(r"^let in: browser on Linux x86_64, from [0-9.]+, at [0-9:]{8}$", rest, re.M), rest
