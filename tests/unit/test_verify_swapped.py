"""A certificate that is replaced in the middle of a look is no failure of the session; a wrong one is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.protocol import WebSocketFacts
from clawkit.probe.target import Trust
from clawkit.tls import material
from clawkit.verify import swapped

SELF_SIGNED = WebSocketFacts(Failure(Trouble.UNTRUSTED, "self-signed certificate"))
OPEN = WebSocketFacts(nonce="n")


class Folder:
    """The proxy shows what lies in its folder from the n-th look on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
        self.looks, self.trusted = looks, Path("new.pem")
        monkeypatch.setattr(swapped, "_served", self.served)
        monkeypatch.setattr(material, "ca_file", lambda *_: self.trusted)
        self.asked: list[Path | None] = []

    def served(self, _scene: Any) -> bool:
        self.looks -= 1
        return self.looks < 0

    def ask(self, trust: Trust) -> WebSocketFacts:
        self.asked.append(trust.ca_file)
        return OPEN if trust.ca_file == self.trusted else SELF_SIGNED

    def facts(self) -> WebSocketFacts:
        inside = SimpleNamespace(folder=Path("."))
        scene: Any = SimpleNamespace(trust=Trust(Path("old.pem")), stack=None, gateway=None, engine_view=lambda: inside)
        return swapped.asked(scene, self.ask)


def test_it_is_asked_again_once_the_proxy_shows_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(monkeypatch, looks=3)
    assert folder.facts() is OPEN
    assert folder.asked == [Path("old.pem"), Path("new.pem")]


def test_a_certificate_that_nobody_replaced_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(monkeypatch, looks=0)
    assert folder.facts() is SELF_SIGNED
    assert folder.asked == [Path("old.pem")]


def test_a_proxy_that_never_takes_it_up_stays_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swapped, "SECONDS", 0.3)
    folder = Folder(monkeypatch, looks=1000)
    assert folder.facts() is SELF_SIGNED
