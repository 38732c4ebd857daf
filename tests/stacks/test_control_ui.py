"""OpenClaw's own page in a real browser, behind both proxies: from the one-time link to an answered message.

Whatever the browser complains of fails the test, apart from the few things that the page does by itself whatever is in
front of it; they are listed below, each with its reason.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import pytest
from chromium import Page, chromium
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pictures import kept
from quiet_network import quiet_network

from clawkit.engine.docker import DockerEngine
from clawkit.testing import OpenClawStack
from clawkit.verify import standin
from clawkit.verify.inside import Inside
from conftest import Clawkit, docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

OWN = {
    r"status of 404 .*/api/users/gateway-owner/avatar": "it asks for a picture of the owner, who has chosen none",
    r"status of 404 .*/__openclaw__/workspace-icon/": "it asks for an icon of the workspace, which has none",
}
"""What the Control UI of 2026.9.6 complains of by itself."""

CUT_OFF = r"net::ERR_(FAILED|ABORTED)|Failed to fetch|Unable to preload CSS"
"""Once connected the page learns that the terminal is allowed, and loads itself again (`terminalEnabled` in its code):
what it was still loading is cut off. Taken only of a page that was left in this way."""

COMPOSER = "deep('textarea[aria-label=\"Chat composer\"]')[0]"
CONNECTED = f"{COMPOSER} && document.body.innerText.includes('Connected')"


@dataclass(frozen=True)
class Visit:
    stack: OpenClawStack
    page: Page

    @property
    def proxy(self) -> str:
        return self.stack.stack.proxy

    def picture(self, name: str) -> None:
        self.page.picture(kept(f"{self.proxy}-{name}"))

    def complaints(self, also: Mapping[str, str] | None = None) -> list[str]:
        """Of each page in turn; what a page was loading when it left is no complaint."""
        *left, last = self.page.visited()
        found = [text for one in left for text in one if not re.search(CUT_OFF, text)] + last
        return [text for text in found if not any(re.search(known, text) for known in {**OWN, **(also or {})})]


@pytest.fixture(scope="module", params=["caddy", pytest.param("nginx", marks=pytest.mark.long)])
def stack(request: pytest.FixtureRequest) -> Iterator[OpenClawStack]:
    """With the stand-in as its model; a request waits for an absent gateway for a moment only."""
    with OpenClawStack(proxy=request.param, hold=2) as running:
        inside = Inside(DockerEngine(), running.stack.project, running.deployment.rendered)
        gateway = running.stack.gateways[0]
        try:
            url = standin.start(inside, gateway)["baseUrl"]
            said = Clawkit(running.folder)("up", "--model", standin.MODEL, "--model-url", url)
            assert said.code == 0 and ", answers" in said.out, said.out + said.err
            yield running
        finally:
            standin.stop(inside, gateway)


@pytest.fixture(scope="module")
def visit(stack: OpenClawStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """One person's browser, which trusts the very certificate that this stack shows."""
    served = x509.load_pem_x509_certificate(ssl.get_server_certificate(("localhost", stack.port)).encode())
    key = served.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    trust = base64.b64encode(sha256(key).digest()).decode()
    profile, flag = tmp_path_factory.mktemp("profile"), f"--ignore-certificate-errors-spki-list={trust}"
    with quiet_network(stack.port) as network, chromium(profile, network, flag) as page:
        page.size(1280, 900)
        yield Visit(stack, page)


def link(stack: OpenClawStack) -> str:
    said = Clawkit(stack.folder)("open", "--json")
    assert said.code == 0, said.out + said.err
    return str(json.loads(said.out)["link"])


def test_the_link_leads_to_a_connected_page_without_a_word_about_pairing(visit: Visit) -> None:
    page = visit.page
    page.go(link(visit.stack))
    page.until(f"{CONNECTED} && document.body.innerText.includes('Type a message')")
    assert not re.search(r"pairing|1008|token mismatch|origin", page.text(), re.I)
    assert "bootstrapToken" not in page.run("location.href")
    sockets = [event["response"] for event in page.heard("Network.webSocketHandshakeResponseReceived")]
    assert {one["status"] for one in sockets} == {101}
    assert {event["url"] for event in page.heard("Network.webSocketCreated")} == {
        visit.stack.url.replace("https", "wss")
    }
    visit.picture("1-connected")
    assert visit.complaints() == []


def test_a_message_is_answered_piece_by_piece(visit: Visit) -> None:
    page = visit.page
    page.run(f"{COMPOSER}.focus()")
    page.type("Good morning! gap=2")
    page.press("Enter", 13)
    begun = page.until("document.body.innerText.includes('part1') && document.body.innerText")
    visit.picture("2-answering")
    assert "part3" not in begun, "the answer came in one piece"
    page.until("document.body.innerText.includes('part1 part2 part3')")
    visit.picture("3-answered")
    assert visit.complaints() == []


def test_the_page_of_a_gateway_that_is_down_opens_the_dashboard_by_itself(visit: Visit) -> None:
    page, container = visit.page, visit.stack.container("gateway")
    page.go("about:blank")  # the dashboard itself asks again and again while it has no gateway
    page.forget()
    docker("stop", "-t", "30", container)
    page.go(visit.stack.url)
    page.until("document.title === 'OpenClaw does not answer'")
    for width, dark in ((1280, False), (1280, True), (360, False)):
        page.size(width, 800, dark=dark)
        assert page.run("document.documentElement.scrollWidth") <= width
        visit.picture(f"4-down-{width}{'-dark' if dark else ''}")
    page.size(1280, 900)
    docker("start", container)
    page.until(CONNECTED, limit=180)
    page.until("document.body.innerText.includes('part1 part2 part3')")
    visit.picture("5-back")
    assert visit.complaints(DOWN) == []


DOWN = {
    r"status of 503 .*https://localhost:\d+/$": "the page itself is the answer of a gateway that is down",
    r"status of 503 .*https://localhost:\d+/startupz$": "it asks whether the gateway has started",
    r"net::ERR_ABORTED .*/startupz$": "it is left while it asks",
}
