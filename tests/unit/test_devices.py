"""`clawkit devices`: what the gateway tells in words, and an answer to exactly one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clawkit.errors import ClawkitError, EngineError, NotReady, SettingsError
from clawkit.pairing.device import Devices, Request, devices_of
from clawkit.pairing.door import Door
from clawkit.report import devices as shown
from fakes import FakeEngine

NOW = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
OWNER = ["operator.admin", "operator.read"]


def asking(identity: str, **more: Any) -> dict[str, Any]:
    """As gateway 2026.9.6 lists it."""
    return {"requestId": identity, "deviceId": f"d-{identity}", "platform": "Linux x86_64", "scopes": OWNER,
            "clientId": "openclaw-control-ui", "remoteIp": "203.0.113.7", "isRepair": False,
            "ts": NOW.timestamp() * 1000, **more}  # fmt: skip


def paired(identity: str, **more: Any) -> dict[str, Any]:
    return {"deviceId": identity, "platform": "iOS", "clientId": "openclaw-ios", "remoteIp": "203.0.113.9",
            "scopes": OWNER, "approvedVia": "bootstrap", "approvedAtMs": NOW.timestamp() * 1000, "connected": True,
            **more}  # fmt: skip


@dataclass
class Gateway(FakeEngine):
    """Answers the questions of devices.mjs from what a test says."""

    answers: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def exec(self, container: str, command: Sequence[str], *, seconds: int = 30) -> str:
        assert command[:3] == ("node", "--input-type=module", "-e") and "device.pair.list" in command[3]
        self.asked.append(tuple(command[4:]))
        return json.dumps(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])


def door(*answers: dict[str, Any]) -> tuple[Door, Gateway]:
    gateway = Gateway(answers=list(answers))
    return Door(gateway, "demo-gateway-1"), gateway


def test_who_asks_is_told_with_name_address_and_time() -> None:
    found = devices_of({"pending": [asking("aaaaaaaa-1")], "paired": [paired("bbbbbbbbbb", operatorLabel="my phone")]})
    assert shown.lines(found, NOW + timedelta(minutes=3)) == [
        "asking to be let in",
        "  aaaaaaaa  browser on Linux x86_64, from 203.0.113.7, 3 min ago",
        "            asks for every right (owner)",
        "",
        "let in",
        "  bbbbbbbb  my phone, from 203.0.113.9, 3 min ago",
        "            connected",
    ]


def test_a_name_chosen_by_a_stranger_cannot_write_on_the_terminal() -> None:
    found = devices_of({"pending": [asking("a", displayName="you\x1b[2J\r\nlet in: " + "x" * 100)]})
    said = shown.told(found.asking[0], NOW)
    assert "\x1b" not in said and "\n" not in said and "\r" not in said and len(said) < 100


def test_exactly_the_named_request_is_let_in() -> None:
    found, gateway = door({"pending": [asking("aaaaaaaa-1"), asking("bbbbbbbb-1")]}, {"done": True})
    assert found.approve("bbbbbb").id == "bbbbbbbb-1"
    assert gateway.asked == [("list",), ("approve", "bbbbbbbb-1")]


@pytest.mark.parametrize("given", ["", "a", "aaaaa", "zzzzzzzz", "all"])
def test_without_the_id_of_a_request_nobody_is_let_in(given: str) -> None:
    found, gateway = door({"pending": [asking("aaaaaaaa-1")]})
    with pytest.raises(ClawkitError, match="no request"):
        found.approve(given)
    assert gateway.asked == [("list",)]


def test_a_beginning_of_two_ids_names_neither() -> None:
    found, gateway = door({"pending": [asking("aaaaaaaa-1"), asking("aaaaaaaa-2")]})
    with pytest.raises(SettingsError, match="begins 2 ids"):
        found.approve("aaaaaaaa")
    assert gateway.asked == [("list",)]


def test_what_the_gateway_refuses_is_told_in_its_words() -> None:
    found, _ = door({"paired": [paired("bbbbbbbb")]}, {"error": {"code": "INVALID_REQUEST", "message": "no such"}})
    with pytest.raises(EngineError, match=r"no such \(INVALID_REQUEST\)"):
        found.revoke("bbbbbbbb")


def test_the_new_device_ends_the_wait_and_who_only_asks_is_told_once() -> None:
    before = devices_of({"paired": [paired("old-device")]})
    asks = {"paired": [paired("old-device")], "pending": [asking("aaaaaaaa-1")]}
    closed = {"error": {"code": "closed 1012", "message": "service restart"}}
    found, gateway = door(asks, closed, asks, {**asks, "paired": [paired("old-device"), paired("new-device")]})
    heard: list[Request] = []
    assert found.arrival(before, 60, lambda _text: None, heard.append).id == "new-device"
    assert [one.id for one in heard] == ["aaaaaaaa-1"]
    assert [words[2] for words in gateway.asked] == ["old-device", *["aaaaaaaa-1,old-device"] * 3]


def test_a_wait_that_nobody_ends_is_over_when_the_link_is() -> None:
    found, _ = door({"paired": []})
    with pytest.raises(NotReady):
        found.arrival(Devices(), 0.0, lambda _text: None, lambda _request: None)
