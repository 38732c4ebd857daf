from __future__ import annotations

import pytest

from clawkit.check import Outcome, Verdict
from clawkit.probe.failure import Failure, Trouble
from clawkit.probe.http import HttpFacts
from clawkit.verify.checks import control_ui

PAGE = """<!doctype html><html><head>
<link rel="icon" type="image/svg+xml" href="./favicon.svg" />
<link rel="manifest" href="./manifest.webmanifest" />
<link rel="canonical" href="https://claw.test/" />
<link rel="stylesheet" href="https://cdn.test/far.css">
<script>globalThis.x = 1;</script>
<script type="module" src="./assets/index.js"></script>
<link rel="modulepreload" href="./assets/index.js">
<link rel="stylesheet" href="./assets/core.css">
</head><body><openclaw-app></openclaw-app></body></html>"""


def html(text: str = PAGE, content_type: str = "text/html; charset=utf-8", status: int = 200) -> HttpFacts:
    return HttpFacts("/", status=status, headers=(("content-type", content_type),), body=text.encode())


def asset(path: str, content_type: str, *, status: int = 200, body: bytes = b"x") -> HttpFacts:
    return HttpFacts(path, status=status, headers=(("content-type", content_type),), body=body)


GOOD = asset("/assets/index.js", "text/javascript; charset=utf-8")


def judged(page: HttpFacts, *assets: HttpFacts) -> Verdict:
    return control_ui.judge(control_ui.Facts(page, assets))


def test_finds_each_script_style_and_icon_of_the_same_host_once() -> None:
    assert control_ui.assets_of(PAGE) == (
        "/favicon.svg", "/manifest.webmanifest", "/assets/index.js", "/assets/core.css",
    )  # fmt: skip


def test_a_page_with_good_assets_is_ok_and_counts_them() -> None:
    verdict = judged(html(), GOOD, asset("/assets/core.css", "text/css"))
    assert (verdict.outcome, verdict.measured["assets"]) == (Outcome.OK, 2)


@pytest.mark.parametrize(
    "fault",
    [
        asset("/assets/index.js", "text/html"),
        asset("/assets/core.css", "text/plain"),
        asset("/favicon.svg", "image/svg+xml", status=404),
        asset("/assets/index.js", "text/javascript", body=b""),
        HttpFacts("/assets/index.js", failure=Failure(Trouble.CLOSED, "body cut after 6 of 10 bytes")),
    ],
)
def test_one_wrong_asset_fails_and_is_named(fault: HttpFacts) -> None:
    verdict = judged(html(), GOOD, fault)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.summary.startswith(f"1 of 2 assets wrong: {fault.path}: ")


def test_another_program_s_page_fails() -> None:
    assert judged(html("<html>Welcome to nginx!</html>")).outcome is Outcome.FAILED


def test_a_page_that_names_nothing_fails() -> None:
    assert judged(html("<openclaw-app></openclaw-app>")).outcome is Outcome.FAILED


def test_a_502_in_place_of_the_page_keeps_its_meaning() -> None:
    assert judged(html(status=502)).summary.startswith("502: the proxy got no answer")
