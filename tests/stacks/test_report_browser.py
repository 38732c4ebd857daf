"""The page of `clawkit verify --html` as a real browser shows it, of a stack that is well and of one that is not."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from itertools import cycle
from pathlib import Path
from xml.etree import ElementTree

import pytest
from chromium import program as chromium_program

from clawkit.check import Outcome, Result
from clawkit.report import page, provenance
from clawkit.testing import OpenClawStack
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

WIDTHS = (320, 360, 600, 768, 1280)

DARK, LIGHT = 0, 1
"""Blink's PreferredColorScheme (third_party/blink/public/mojom/webpreferences)."""

HARNESS = """<!DOCTYPE html><meta charset="utf-8"><body>{frames}<script>
onload = () => {{
  const seen = [...document.querySelectorAll("iframe")].map((frame) => {{
    const inner = frame.contentDocument, width = inner.documentElement.clientWidth;
    const wide = [...inner.body.querySelectorAll("*")].filter((one) => !one.closest("thead, svg"))
      .filter((one) => one.getBoundingClientRect().right > width + 0.5 || one.scrollWidth > one.clientWidth + 1
        && one.clientWidth > 0 && !one.matches(".stop"))  // the link to the next stop begins in this one
      .map((one) => one.tagName + "." + one.className);
    return {{ width, page: inner.documentElement.scrollWidth, wide,
      ground: frame.contentWindow.getComputedStyle(inner.body).backgroundColor }};
  }});
  document.title = JSON.stringify(seen);
}};
</script>"""


@dataclass(frozen=True, slots=True)
class Chromium:
    program: str
    profile: Path

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                               f"--user-data-dir={self.profile}", *words],
                              capture_output=True, text=True, timeout=120, check=True)  # fmt: skip

    def measured(self, html: str, folder: Path, *words: str) -> list[dict[str, object]]:
        """Width, overflow and background of the page in frames of each width; its own policy stays in force."""
        frames = "".join(f'<iframe width="{width}" height="900" style="border: 0" srcdoc="{escape(html)}"></iframe>'
                         for width in WIDTHS)  # fmt: skip
        (folder / "harness.html").write_text(HARNESS.format(frames=frames))
        dom = self.run(*words, "--dump-dom", (folder / "harness.html").as_uri()).stdout
        title = re.search(r"<title>(.*?)</title>", dom)
        assert title is not None, dom[-500:]
        found: list[dict[str, object]] = json.loads(title[1])
        return found


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Chromium:
    return Chromium(chromium_program(), tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def stack() -> Iterator[OpenClawStack]:
    with OpenClawStack(proxy="caddy") as running:
        yield running


@pytest.fixture(scope="module")
def results(stack: OpenClawStack) -> tuple[Result, ...]:
    return stack.verify()


@pytest.fixture(scope="module")
def mixed(stack: OpenClawStack, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """The same checks with every outcome, and texts that try a layout."""
    outcomes = cycle(Outcome)
    return tuple(replace(one, outcome=outcome, summary=f"{one.summary} <b>&amp; {'long' * 40}",
                         reason="" if outcome is Outcome.OK else "clawkit logs gateway --since 2026-11-22T09:00:00Z")
                 for one, outcome in zip(results, outcomes, strict=False))  # fmt: skip


def document(stack: OpenClawStack, results: tuple[Result, ...]) -> str:
    made = provenance.build(stack.stack, stack.deployment.lock, results, at=datetime.now(UTC), engine="20.10.24")
    return page.document(results, made, 612)


def test_the_command_writes_a_page_and_junit_of_the_running_stack(stack: OpenClawStack, tmp_path: Path) -> None:
    html, junit = tmp_path / "reports/page.html", tmp_path / "reports/junit.xml"
    said = Clawkit(stack.folder)("verify", "--html", str(html), "--junit", str(junit))
    assert said.code == 0, said.out + said.err
    text = html.read_text()
    served = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("localhost", stack.port)))
    running = [docker("inspect", "--format", "{{.Image}}", stack.container(name)) for name in ("gateway", "proxy")]
    engine = docker("version", "--format", "{{.Server.Version}}")
    for part in (stack.url, sha256(served).hexdigest(), engine, *running, "A request gets through"):
        assert part in text, part
    root = ElementTree.fromstring(junit.read_text())
    assert int(root.get("tests", "0")) >= 20 and root.get("failures") == root.get("errors") == "0"
    assert stack.token not in text and stack.token not in junit.read_text()


def test_a_browser_shows_every_check_and_has_nothing_to_complain_of(
    chromium: Chromium, stack: OpenClawStack, mixed: tuple[Result, ...], tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text(document(stack, mixed))
    done = chromium.run("--dump-dom", (tmp_path / "page.html").as_uri())
    assert sorted(re.findall(r'data-check="([a-z0-9-]+)"', done.stdout)) == sorted(one.id for one in mixed)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []


@pytest.mark.parametrize("kind", ["green", "mixed"])
def test_nothing_is_wider_than_the_window_on_any_screen(
    chromium: Chromium, stack: OpenClawStack, results: tuple[Result, ...], mixed: tuple[Result, ...], kind: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    seen = chromium.measured(document(stack, results if kind == "green" else mixed), tmp_path)
    assert [one["page"] for one in seen] == [one["width"] for one in seen]
    assert {str(one["width"]): one["wide"] for one in seen if one["wide"]} == {}


def test_it_is_light_or_dark_as_the_reader_likes_it(
    chromium: Chromium, stack: OpenClawStack, results: tuple[Result, ...], tmp_path: Path
) -> None:
    def ground(scheme: int) -> object:
        liking = f"--blink-settings=preferredColorScheme={scheme}"
        return chromium.measured(document(stack, results), tmp_path, liking)[0]["ground"]

    assert (ground(DARK), ground(LIGHT)) == ("rgb(15, 19, 24)", "rgb(246, 247, 249)")


def test_a_gateway_that_is_down_is_the_break_in_the_picture(stack: OpenClawStack, tmp_path: Path) -> None:
    """Last, because it takes the stack down."""
    docker("stop", "-t", "1", stack.container("gateway"))
    html = tmp_path / "page.html"
    said = Clawkit(stack.folder)("verify", "--html", str(html))
    assert said.code == 1, said.out + said.err
    text = html.read_text()
    assert "The way breaks between Proxy and Gateway: 503: the gateway takes no requests" in text
    assert 'class="break"' in text and "clawkit logs gateway" in text
