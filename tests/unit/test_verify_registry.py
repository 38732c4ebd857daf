from __future__ import annotations

import json
import pkgutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import clawkit
from clawkit.check import Group, Outcome, Result
from clawkit.probe import http, tcp, tls, websocket
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import WebSocketFacts
from clawkit.probe.tcp import Door
from clawkit.probe.tls import TlsFacts
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret
from clawkit.stack import Image, Images, Stack, assemble
from clawkit.verify import checks
from clawkit.verify.memo import Memo
from clawkit.verify.registry import CHECKS, run_all
from clawkit.verify.scene import Scene

REFUSED = Failure(Trouble.REFUSED, "connection refused")
TOKEN = "a-token-that-must-not-show"


def stack(**settings: Any) -> Stack:
    image = Image("local", "", "given")
    chosen = Settings(**{"domain": "claw.test", "https_port": 8443, "http_port": 8080, **settings})
    return assemble(chosen, folder_name="here", pool="10.77.0.0/21", images=Images(image, image))


def scene(number: int = 0, **settings: Any) -> Scene:
    made = stack(**settings)
    return Scene(made, made.gateways[number], Secret(TOKEN), Path("ca.pem"), "127.0.0.1")


@pytest.fixture
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "handshake", lambda *_a, **_k: TlsFacts(failure=REFUSED))
    monkeypatch.setattr(http, "get", lambda _t, path, **_k: HttpFacts(path, failure=REFUSED))
    monkeypatch.setattr(websocket, "converse", lambda *_a, **_k: WebSocketFacts(failure=REFUSED))
    monkeypatch.setattr(tcp, "knock_all", lambda _a, port: (Door("127.0.0.1", port, REFUSED, 0.1),))


def by_id(results: tuple[Result, ...]) -> dict[str, Result]:
    return {result.id: result for result in results}


def entry(result: Result) -> dict[str, Any]:
    return {"id": result.id, "group": result.group.value, "outcome": result.outcome.value, "summary": result.summary,
            "measured": dict(result.measured), "reason": result.reason, "elapsed_ms": result.elapsed_ms}  # fmt: skip


def schema() -> dict[str, Any]:
    text = (Path(clawkit.__file__).parent / "report/schemas/verify.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def test_every_module_of_checks_is_registered_under_its_own_name() -> None:
    modules = {module.name.replace("_", "-") for module in pkgutil.iter_modules(checks.__path__)}
    assert sorted(modules) == sorted(check.id for check in CHECKS)


def test_each_check_comes_after_what_it_needs() -> None:
    order = [check.id for check in CHECKS]
    for check in CHECKS:
        for need in check.needs:
            assert need in order[: order.index(check.id)], f"{check.id} needs {need}"


def test_the_token_is_sent_only_after_the_certificate_was_proven() -> None:
    needs = {check.id: set(check.needs) for check in CHECKS}
    assert {"certificate-chain", "certificate-name", "certificate-expiry"} <= needs["websocket-auth"]
    assert "websocket-auth" in needs["token-wrong-refused"] & needs["health-rpc"]


@pytest.mark.usefixtures("nobody_answers")
def test_a_dead_proxy_fails_once_and_explains_the_rest_away() -> None:
    results = run_all(scene())
    assert [r.id for r in results if r.outcome is Outcome.FAILED] == ["redirect", "tls-version"]
    reasons = {r.reason for r in results if r.outcome is Outcome.SKIPPED}
    assert reasons == {"tls-version did not pass", "no view of the engine"}


@pytest.mark.usefixtures("nobody_answers")
def test_only_and_skip_choose_the_checks() -> None:
    assert [r.id for r in run_all(scene(), only=("healthz", "redirect"))] == ["redirect", "healthz"]
    usual = [check.id for check in CHECKS if not check.deep]
    assert [r.id for r in run_all(scene(), skip=("healthz",))] == [name for name in usual if name != "healthz"]


@pytest.mark.usefixtures("nobody_answers")
def test_without_tls_its_checks_are_skipped_and_the_others_look_at_the_plain_port() -> None:
    plain = scene(tls="off", front_proxy="127.0.0.1", listen="127.0.0.1")
    assert (plain.target.port, plain.target.tls) == (8080, False)
    found = by_id(run_all(plain))
    moot = [r for r in found.values() if r.group is Group.TLS or r.id in ("redirect", "hsts")]
    assert {(r.outcome, r.reason) for r in moot} == {(Outcome.SKIPPED, "tls is off")}
    assert found["healthz"].outcome is Outcome.FAILED


@pytest.mark.usefixtures("nobody_answers")
def test_a_further_gateway_carries_its_name_in_the_titles() -> None:
    further = scene(1, gateways=({"name": "two", "domain": "two.test"},))
    assert further.target.name == "two.test"
    assert all(result.title.endswith(" (two)") for result in run_all(further))


@pytest.mark.usefixtures("nobody_answers")
def test_the_results_fit_the_published_schema() -> None:
    import jsonschema

    found: dict[str, Any] = {"schema": 1, "command": "verify", "ok": False, "url": stack().url, "proxy": "caddy",
                             "elapsed_ms": 1, "checks": [entry(r) for r in run_all(scene())]}  # fmt: skip
    jsonschema.validate(found, schema())
    found["checks"][0]["outcome"] = "maybe"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(found, schema())


def test_the_token_does_not_show_in_the_scene() -> None:
    assert TOKEN not in repr(scene())


def test_the_scene_looks_once_for_many_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(_target: object, path: str) -> HttpFacts:
        asked.append(path)
        return HttpFacts(path, status=200)

    monkeypatch.setattr(http, "get", get)
    here = scene()
    assert here.answer("/") is here.answer("/")
    here.answer("/readyz")
    assert asked == ["/", "/readyz"]


def test_those_who_ask_during_a_look_wait_for_it() -> None:
    memo, looks, started = Memo(), [], threading.Event()

    def look() -> int:
        started.wait(5)
        looks.append(1)
        return 7

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(memo.once, "key", look) for _ in range(4)]
        started.set()
        assert [answer.result() for answer in answers] == [7] * 4
    assert looks == [1]


def test_a_look_that_crashes_crashes_for_everybody() -> None:
    memo = Memo()

    def look() -> int:
        raise KeyError("surprise")

    for _ in range(2):
        with pytest.raises(KeyError):
            memo.once("key", look)
