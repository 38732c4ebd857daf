"""Debian's Chromium, driven over the DevTools protocol: one page, what it shows, and what it complains of.

A person's eyes and hands, nothing more: it types keys, clicks where a button is, and waits for what is to be seen.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from quiet_network import Network
from websockets.sync.client import ClientConnection, connect

LIMIT = 60.0
START_SECONDS = 60
STARTED = "DevToolsActivePort"
"""Chromium writes it into its profile once it listens: port, and path of the browser's own endpoint."""

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
         "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--remote-debugging-port=0")  # fmt: skip
"""The debugging port is an ephemeral one of the loopback; Google's own services are not to be asked by a test."""

GONE = ("navigated", "context was destroyed", "Cannot find context", "Inspected target")
"""How a wait ends whose page went away under it; it goes on in the next page."""

DEEP = """(() => { window.deep = (selector, root = document) => {
  const found = [...root.querySelectorAll(selector)];
  for (const one of root.querySelectorAll("*")) if (one.shadowRoot) found.push(...deep(selector, one.shadowRoot));
  return found;
}; })();"""
"""The page is made of web components, and a selector ends at each of their borders."""


def program() -> str:
    """Debian's package, installed when this is root's machine; without it the test is skipped, and CI fails."""
    if not shutil.which("chromium") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], capture_output=True, timeout=300)
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"], capture_output=True,
                       timeout=600)  # fmt: skip
    found = shutil.which("chromium")
    if found is not None:
        return found
    reason = "no chromium here, and apt-get could not install it"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class ScriptError(AssertionError):
    """The page's own answer to a script that a test ran in it."""


@dataclass
class Page:
    link: ClientConnection
    session: str
    numbers: Iterator[int] = field(default_factory=count)
    events: list[dict[str, Any]] = field(default_factory=list)

    def call(self, method: str, *, limit: float = LIMIT, **params: Any) -> dict[str, Any]:
        number = next(self.numbers)
        self.link.send(json.dumps({"id": number, "method": method, "params": params, "sessionId": self.session}))
        end = time.monotonic() + limit
        while True:
            frame: dict[str, Any] = json.loads(self.link.recv(timeout=max(0.001, end - time.monotonic())))
            if frame.get("id") == number:
                if "error" in frame:
                    raise ScriptError(f"{method}: {frame['error']['message']}")
                result: dict[str, Any] = frame["result"]
                return result
            self.events.append(frame)

    def run(self, script: str, *, limit: float = LIMIT) -> Any:
        """The value of an expression, also of a promise."""
        done = self.call(
            "Runtime.evaluate", expression=DEEP + script, awaitPromise=True, returnByValue=True, limit=limit
        )
        if "exceptionDetails" in done:
            told = done["exceptionDetails"]
            raise ScriptError(told.get("exception", {}).get("description") or told["text"])
        return done["result"].get("value")

    def until(self, condition: str, *, limit: float = LIMIT) -> Any:
        """Waits inside the page until the expression is true, over reloads; its value."""
        never = f"fail(new Error('never: ' + {json.dumps(condition)}))"
        look = (f"new Promise((done, fail) => {{ const end = Date.now() + {limit * 1000}; const look = () => {{"
                f"const value = ({condition}); if (value) done(value); else if (Date.now() > end) {never};"
                "else setTimeout(look, 50); }; look(); })")  # fmt: skip
        end = time.monotonic() + limit
        while True:
            try:
                return self.run(look, limit=limit + 5)
            except ScriptError as error:
                if time.monotonic() > end or not any(word in str(error) for word in GONE):
                    raise AssertionError(f"{error}\nthe page says: {self.text()[:2000]}") from error

    def text(self) -> str:
        return str(self.run("document.body?.innerText ?? ''"))

    def go(self, url: str) -> None:
        failed = self.call("Page.navigate", url=url).get("errorText")
        assert not failed, f"{url.partition('#')[0]}: {failed}"

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      text="\r" if key == "Enter" and kind == "keyDown" else "")  # fmt: skip

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = "dark" if dark else "light"
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        return path

    def heard(self, method: str) -> list[dict[str, Any]]:
        """What the browser told of this kind so far."""
        self.run("0")  # whatever came before this answer has been read
        return [event["params"] for event in self.events if event["method"] == method]

    def visited(self) -> list[list[str]]:
        """Errors of console, scripts and network, apart for each page that was shown in turn."""
        self.run("0")
        pages: list[list[str]] = [[]]
        for event in self.events:
            if event["method"] == "Page.frameNavigated" and "parentId" not in event["params"]["frame"]:
                pages.append([])
            elif text := complaint(event["method"], event["params"]):
                pages[-1].append(text)
        return pages

    def forget(self) -> None:
        """What was heard so far."""
        self.run("0")
        self.events.clear()


def complaint(method: str, params: Mapping[str, Any]) -> str:
    if method == "Runtime.exceptionThrown":
        told = params["exceptionDetails"]
        return f"exception: {told.get('exception', {}).get('description') or told['text']}"
    if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
        words = [str(one.get("value", one.get("description", ""))) for one in params["args"]]
        return f"console.{params['type']}: {' '.join(words)}"
    if method == "Log.entryAdded" and params["entry"]["level"] == "error":
        entry = params["entry"]
        return f"{entry['source']} {entry['level']}: {entry['text']} {entry.get('url', '')}".strip()
    return ""


@contextmanager
def chromium(profile: Path, network: Network, *flags: str) -> Iterator[Page]:
    """A browser with one empty page; its profile is its identity, so another folder is another person."""
    words = network.command([program(), *FLAGS, f"--user-data-dir={profile}", *flags, "about:blank"])
    with (profile / "log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
    try:
        port, path = _endpoint(process, profile)
        where, sock = f"ws://127.0.0.1:{port}{path}", network.connect(int(port))
        with connect(where, sock=sock, max_size=2**28, compression=None) as link:
            browser = Page(link, "")
            yield _page(browser)
    finally:
        process.terminate()
        process.wait(30)


def _endpoint(process: subprocess.Popen[bytes], profile: Path) -> tuple[str, str]:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        lines = (profile / STARTED).read_text().split() if (profile / STARTED).exists() else []
        if len(lines) == 2:
            return lines[0], lines[1]
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)  # a browser that ends, ends the wait
    raise AssertionError(f"chromium did not start: {(profile / 'log').read_text()[-2000:]}")


def _page(browser: Page) -> Page:
    def plainly(method: str, **params: Any) -> dict[str, Any]:
        number = next(browser.numbers)
        browser.link.send(json.dumps({"id": number, "method": method, "params": params}))
        while (frame := json.loads(browser.link.recv(timeout=LIMIT))).get("id") != number:
            pass
        result: dict[str, Any] = frame["result"]
        return result

    target = next(one for one in plainly("Target.getTargets")["targetInfos"] if one["type"] == "page")
    session = plainly("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
    page = Page(browser.link, session, browser.numbers)
    for domain in ("Page", "Runtime", "Log", "Network"):
        page.call(f"{domain}.enable")
    return page
