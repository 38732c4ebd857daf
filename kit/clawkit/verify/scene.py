"""Everything a check may look at: one gateway of a stack, and the way to it from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from clawkit.probe import http, tls, websocket
from clawkit.probe.http import HttpFacts
from clawkit.probe.protocol import WebSocketFacts
from clawkit.probe.target import Target, Trust
from clawkit.probe.tls import TlsFacts
from clawkit.settings.secret import Secret
from clawkit.stack import Gateway, Site, Stack
from clawkit.verify import pending, swapped
from clawkit.verify.inside import Inside
from clawkit.verify.memo import Memo
from clawkit.verify.terms import Terms

FOREIGN_NAME = "unknown-host.invalid"
"""RFC 6761: nobody's name, now and later."""


@dataclass(frozen=True, slots=True)
class Scene:
    stack: Stack
    gateway: Site
    token: Secret
    ca_file: Path | None
    """The authority that issued the certificate; None: the system's store."""
    dial: str
    """The published address as this host reaches it."""
    inside: Inside | None = field(default=None, compare=False)
    """The engine's view; None where there is only the view from outside."""
    terms: Terms = field(default_factory=Terms)
    through_front: bool = False
    """tls is off and the front is elsewhere: looked at by the public name, through what terminates TLS."""
    unseen: str = ""
    """Why nothing can be looked at from here; empty when it can."""
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def engine_view(self) -> Inside:
        """For checks that need the engine; `registry.run_all` skips them where there is none."""
        assert self.inside is not None, "this check needs the engine's view"
        return self.inside

    @property
    def ours(self) -> Gateway:
        """For checks of what clawkit itself rendered; `registry.run_all` skips them for an adopted one."""
        assert isinstance(self.gateway, Gateway), "clawkit does not run this one"
        return self.gateway

    @property
    def encrypted(self) -> bool:
        return self.stack.tls != "off" or self.through_front

    @property
    def target(self) -> Target:
        settings = self.stack.settings
        port = settings.https_port if self.encrypted else settings.http_port
        return Target(self.dial, port, self.gateway.domain, tls=self.encrypted)

    @property
    def entry(self) -> Target:
        """The plain port, which redirects."""
        return Target(self.dial, self.stack.settings.http_port, self.gateway.domain, tls=False)

    @property
    def trust(self) -> Trust:
        return Trust(self.ca_file)

    def tls(self) -> TlsFacts:
        return self.memo.once("tls", lambda: tls.handshake(self.target, self.trust))

    def pending(self) -> str:
        """Why the authority's certificate is not shown yet; empty when it is, or when none is to come."""
        return self.memo.once("pending", lambda: pending.reason(self))

    def renewal_trouble(self) -> str:
        """Why the certificate that is shown may not be renewed in time; empty when nothing speaks against it."""
        return pending.renewal_trouble(self)

    def answer(self, path: str) -> HttpFacts:
        """Looked at without trust, so that a wrong certificate does not hide what the gateway says."""
        return self.memo.once(("answer", path), lambda: http.get(self.target, path))

    def session(self) -> WebSocketFacts:
        """The one conversation with the token; the certificate is verified before it is sent."""

        def ask(trust: Trust) -> WebSocketFacts:
            return websocket.converse(self.target, trust=trust, token=self.token, calls=("health",))

        return self.memo.once("session", lambda: swapped.asked(self, ask))

    def talk(self, token: Secret, *, calls: tuple[str, ...] = ()) -> WebSocketFacts:
        return websocket.converse(self.target, trust=self.trust, token=token, calls=calls)

    def talk_from(self, origin: str | None) -> WebSocketFacts:
        """With an empty token, as a page of this origin; the gateway never counts a missing token as a wrong one."""
        return websocket.converse(self.target, trust=None, token=Secret(""), origin=origin)
