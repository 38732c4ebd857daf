"""The fifth hop: the proxy answers for this name, and passes on what a browser needs."""

from __future__ import annotations

from clawkit.doctor.finding import Hop
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.beyond import Beyond
from clawkit.doctor.walk.proxylog import Told
from clawkit.doctor.walk.through import HEALTHZ, STARTUPZ, Through
from clawkit.doctor.walk.way import LIMIT, Way
from clawkit.doctor.walk.whose import described, is_openclaw, leads_back
from clawkit.probe.failure import Trouble

GATEWAY_ERRORS = (500, 502, 503, 504)
FORBIDDEN = 403
SWITCHED = 101


def step(way: Way, through: Through, beyond: Beyond, told: Told) -> Step:
    live = through.pages.get(HEALTHZ)
    if live is None:
        return Step(Hop.PROXY, State.UNKNOWN, "nothing is published, so it was not asked")
    if way.stranger and live.status == FORBIDDEN and not is_openclaw(live):
        return Step(Hop.PROXY, State.OK, "refuses this host, as it should: it serves what terminates TLS in front")
    if not any(is_openclaw(page) for page in through.pages.values()):
        return _not_passed(way, through, beyond, told)
    fault = _page(way, through) or _upgrade(through)
    if fault:
        return Step(Hop.PROXY, State.BROKEN, fault)
    shown = f"{live.status} from OpenClaw through the proxy, WebSocket {_talk_status(through)}"
    return Step(Hop.PROXY, State.OK, "; ".join(filter(None, (shown, told.words))), live.first_byte_ms)


def _not_passed(way: Way, through: Through, beyond: Beyond, told: Told) -> Step:
    """Nothing of OpenClaw's came through: whose fault that is, the ways past the proxy tell."""
    live = through.pages[HEALTHZ]
    if leads_back(live, way.url(HEALTHZ)):
        return Step(Hop.PROXY, State.BROKEN, f"{live.status} from {way.url(HEALTHZ)} to itself, for ever")
    mute = live.failure is not None
    if not mute and live.status not in GATEWAY_ERRORS:
        return Step(Hop.PROXY, State.BROKEN, f"{HEALTHZ} is answered with {described(live)}, not by OpenClaw")
    answer = _mute(through) if mute else described(live)
    said = "; ".join(filter(None, (answer, told.words)))
    inside = beyond.inside
    if inside is not None and not inside.live and beyond.direct_live:
        lost = f"{inside.url} from inside {inside.container}: {inside.told}, though the gateway answers"
        return Step(Hop.PROXY, State.BROKEN, f"{said}: {lost}")
    if beyond.live:
        return Step(Hop.PROXY, State.BROKEN, f"{said}, though the gateway answers")
    if mute and through.entry is not None and through.entry.failure is not None:
        return Step(Hop.PROXY, State.BROKEN, f"{said}; its plain port: {through.entry.failure}")
    if not beyond.asked:
        return Step(Hop.PROXY, State.BROKEN, f"{said}; the gateway could not be asked past it")
    return Step(Hop.PROXY, State.OK, f"{said}: it gets nothing from the gateway")


def _mute(through: Through) -> str:
    failure = through.pages[HEALTHZ].failure
    assert failure is not None, "asked for the words of a failure where there is an answer"
    return f"no answer within {LIMIT:g} s" if failure.kind is Trouble.TIMEOUT else str(failure)


def _page(way: Way, through: Through) -> str:
    """What is wrong with the page, though a probe came through."""
    page, other = through.pages[way.page], through.pages[STARTUPZ]
    if page.failure:
        return f"{way.page}: {page.failure}"
    if leads_back(page, way.url(way.page)):
        return f"{page.status} from {way.url(way.page)} to itself, for ever"
    if not is_openclaw(page):
        return f"{way.page} is answered with {described(page)}, though {STARTUPZ} is {described(other)}"
    return ""


def _upgrade(through: Through) -> str:
    talk = through.talk
    answer = talk.upgrade if talk else None
    if talk is None or (answer is None and talk.failure is None):
        return ""
    if answer is None:
        return f"no answer to the WebSocket upgrade: {talk.failure}"
    refused = is_openclaw(answer) and answer.status in (FORBIDDEN, 429, 503)
    if answer.status == SWITCHED or refused:  # a refusal of the gateway's own is for the next hop
        return ""
    return f"the WebSocket upgrade is answered with {answer.status} {answer.content_type}, not with 101"


def _talk_status(through: Through) -> str:
    answer = through.talk.upgrade if through.talk else None
    return str(answer.status) if answer else "not asked"
