"""The sixth hop: the gateway runs, listens where the proxy reaches it, is ready, and takes what the proxy sends."""

from __future__ import annotations

import time

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.container import Container
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.beyond import Beyond
from clawkit.doctor.walk.through import EXPECTED, READYZ, STARTUPZ, Through
from clawkit.doctor.walk.way import Way
from clawkit.doctor.walk.whose import described, error_type, is_openclaw
from clawkit.probe.http import HttpFacts

DNS_OF_DOCKER = "127.0.0.11:"
READY = ("started", "live")
STARTING_SECONDS = 120.0


def step(way: Way, through: Through, beyond: Beyond) -> Step:
    stopped = way.gateway is not None and not way.gateway.running
    if stopped and way.gateway is not None:
        return Step(Hop.GATEWAY, State.BROKEN, ended(way.gateway))
    if beyond.asked and not beyond.live and not any(is_openclaw(page) for page in through.pages.values()):
        return Step(Hop.GATEWAY, State.BROKEN, _silent(way, beyond))
    fault = _unattributed(through) or _starting(through) or _page(way, through) or _refused(through)
    if fault:
        return Step(Hop.GATEWAY, State.BROKEN, fault)
    started = through.pages.get(STARTUPZ)
    if started is not None and started.document.get("status") == "started":
        return Step(Hop.GATEWAY, State.OK, _well(way, through, beyond), started.first_byte_ms)
    if beyond.live:
        return Step(Hop.GATEWAY, State.OK, _past(way, beyond))
    return Step(Hop.GATEWAY, State.UNKNOWN, "nothing on the way past the proxy could be asked")


def ended(container: Container) -> str:
    status = f" with status {container.exit_code}" if container.exit_code is not None else ""
    killed = ", killed for want of memory" if container.oom_killed else ""
    said = f": {container.error}" if container.error else ""
    return f"container {container.name} is {container.state}{status}{killed}{said}"


def _silent(way: Way, beyond: Beyond) -> str:
    told = []
    if way.direct is not None and beyond.direct is not None:
        told.append(f"{way.direct.where} {described(beyond.direct)}")
    if beyond.inside is not None:
        told.append(f"{beyond.inside.url} from inside {beyond.inside.container}: {beyond.inside.told}")
    listening = way.gateway.listening if way.gateway else None
    if listening is not None:
        own = [address for address in listening if not address.startswith(DNS_OF_DOCKER)]
        told.append(f"it listens on {', '.join(own) or 'nothing'}")
    begun = _begun(way.gateway) if way.gateway else ""
    return "; ".join(filter(None, ("does not answer", begun, *told)))


def _begun(container: Container) -> str:
    """A start takes 5 to 17 s, and a run that was cut short may be the whole story."""
    if container.started is None or time.time() - container.started > STARTING_SECONDS:
        return ""
    ended = f" after status {container.last_exit}" if container.last_exit is not None else ""
    return f"container {container.name} was started {time.time() - container.started:.0f} s ago{ended}"


def _unattributed(through: Through) -> str:
    for path, page in through.pages.items():
        if error_type(page) == "proxy_attribution_required":
            return f"{path} is refused with {page.status} proxy_attribution_required: for whom does the proxy ask?"
    return ""


def _starting(through: Through) -> str:
    document = through.pages[STARTUPZ].document if STARTUPZ in through.pages else {}
    status = document.get("status")
    if not isinstance(status, str) or status in READY:
        return ""
    pending = document.get("pendingReason")
    return f"is {status}" + (f" ({pending})" if pending else "")


def _page(way: Way, through: Through) -> str:
    page = through.pages.get(way.page)
    if page is None or not is_openclaw(page) or page.status < 400:
        return ""
    return f"{way.page} is answered with {described(page)}: {page.text[:60].strip()}"


def _refused(through: Through) -> str:
    """Of the WebSocket: a connect without credentials is refused by a healthy gateway too, but for that alone."""
    talk = through.talk
    if talk is None or talk.upgrade is None:
        return ""
    if talk.upgrade.status != 101:
        return f"the WebSocket upgrade is refused with {described(talk.upgrade)}" if is_openclaw(talk.upgrade) else ""
    if not talk.nonce:
        ending = f"closed with {talk.close.code} {talk.close.reason}".rstrip() if talk.close else str(talk.failure)
        return f"101, but no connect.challenge: {ending}"
    if talk.refusal is not None and through.code not in EXPECTED:
        return f"the WebSocket is refused with {through.code}: {talk.refusal.message}"
    return ""


def _well(way: Way, through: Through, beyond: Beyond) -> str:
    told = [f"started; {_past(way, beyond)}" if beyond.live else "started"]
    if through.code in EXPECTED:
        told.append(f"{way.origin} may connect")
    ready: HttpFacts | None = through.pages.get(READYZ)
    if ready is not None and ready.status == 503:
        told.append(
            f"but not ready: {', '.join(map(str, ready.document.get('failing') or ())) or 'a channel or agent'}"
        )
    return ", ".join(told)


def _past(way: Way, beyond: Beyond) -> str:
    if beyond.direct_live and way.direct is not None and beyond.direct is not None:
        return f"answers past the proxy on {way.direct.where} in {beyond.direct.first_byte_ms:g} ms"
    return f"answers on {beyond.inside.url} from inside {beyond.inside.container}" if beyond.inside else "answers"
