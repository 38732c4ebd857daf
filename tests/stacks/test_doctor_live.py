"""The live readers and the walk on real stacks of both proxies, the kit's own and the same one as a stranger's."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from breaking import SETTLE_SECONDS, changed, proxy_with
from versions import every_day_on

from clawkit.doctor.finding import Hop
from clawkit.doctor.model.exchange import Vantage
from clawkit.doctor.model.gateway import TokenKind
from clawkit.doctor.model.proxy import Where
from clawkit.doctor.model.setup import Setup
from clawkit.doctor.path import State, Step
from clawkit.doctor.walk.together import look, look_around
from clawkit.engine.view import DockerView, Document
from clawkit.testing import OpenClawStack
from conftest import docker
from faults.patience import until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600), every_day_on("nginx")]

WALK_SECONDS = 3.0
SETTLED_SECONDS = 60.0
"""Issue 5: on a healthy stack, reading and walking together."""


class Only(DockerView):
    """An engine that has nothing but one project: this one is shared with other tests."""

    __slots__ = ("project",)
    project: str

    def documents(self, project: str = "") -> tuple[Document, ...]:
        return super().documents(self.project)


def only(stack: OpenClawStack) -> Only:
    view = Only()
    object.__setattr__(view, "project", stack.stack.project)
    return view


def states(steps: Sequence[Step]) -> dict[Hop, State]:
    return {step.hop: step.state for step in steps}


ALL_OK = {hop: State.OK for hop in Hop} | {Hop.MODEL: State.UNKNOWN}


def broken(steps: Sequence[Step]) -> Step:
    return next(step for step in steps if step.state is State.BROKEN)


def seen(stack: OpenClawStack) -> tuple[Setup, tuple[Step, ...]]:
    return look(stack.deployment)


@contextmanager
def stopped(stack: OpenClawStack, service: str) -> Iterator[None]:
    name = stack.container(service)
    docker("stop", "--time", "5", name)
    try:
        yield
    finally:
        docker("start", name)
        stack.wait()


def healthy_for_docker(stack: OpenClawStack) -> None:
    """The gateway answers before Docker's next look at it."""
    words = ("inspect", "--format", "{{.State.Health.Status}}", stack.container("gateway"))
    until(lambda: docker(*words), lambda health: health == "healthy", SETTLED_SECONDS, "what Docker says")


def seen_healed(stack: OpenClawStack) -> Setup:
    """A gateway that has just started is slow to answer for some seconds more on a busy machine."""
    healed = until(lambda: seen(stack), lambda found: states(found[1]) == ALL_OK, SETTLED_SECONDS, "the walk")
    return healed[0]


def test_a_healthy_stack_is_walked_to_its_gateway(stack: OpenClawStack) -> None:
    seen(stack)  # imports are not the walk's
    took = []
    for _ in range(3):
        start = time.monotonic()
        _, steps = seen(stack)
        took.append(time.monotonic() - start)
        assert states(steps) == ALL_OK, [step.detail for step in steps]
    assert min(took) < WALK_SECONDS, took


def test_the_setup_holds_what_runs(stack: OpenClawStack) -> None:
    healthy_for_docker(stack)
    setup, _ = seen(stack)
    (gateway,), model = setup.gateways, stack.stack.gateways[0]
    assert (gateway.effective_port, gateway.service, gateway.has_config) == (18789, "gateway", True)
    assert [one.value for one in gateway.trusted_proxies or ()] == [model.proxy_address]
    assert [one.value for one in gateway.origins or ()] == [model.origin]
    assert gateway.token is not None and gateway.token.kind is TokenKind.FILE
    assert not gateway.problems and not gateway.unknown_keys
    proxy = next(one for one in setup.proxies if one.kind == stack.stack.proxy)
    assert (proxy.where, proxy.service, proxy.version) == (Where.CONTAINER, "proxy", stack.stack.proxy_version)
    assert not proxy.problems
    assert set(setup.compose[0].services) == {"proxy", "gateway"} and not setup.compose[0].problems
    running = setup.container("gateway")
    assert running is not None and running.running and running.health == "healthy"
    assert model.address in running.addresses.values()
    assert running.listening is None or "0.0.0.0:18789" in running.listening
    edge = setup.container("proxy")
    assert edge is not None and edge.published[443] == (f"127.0.0.1:{stack.port}",)
    assert setup.containers_known and not setup.unread and not setup.unloaded


def test_the_walk_adds_what_it_saw(stack: OpenClawStack) -> None:
    setup, _ = seen(stack)
    found = {(one.vantage, one.url.rpartition("/")[2]): one for one in setup.exchanges if not one.upgrade}
    for path in ("", "healthz", "startupz", "readyz"):
        page = found[Vantage.PUBLIC, path] if path else next(one for one in setup.exchanges if one.url == stack.url)
        assert page.status == 200 and page.elapsed is not None and page.elapsed < WALK_SECONDS
    assert found[Vantage.DIRECT, "healthz"].status == 200
    assert found[Vantage.INSIDE, "healthz"].status == 200
    (upgrade,) = [one for one in setup.exchanges if one.upgrade]
    assert (upgrade.status, upgrade.close_code) == (101, None)
    (shown,) = [one for one in setup.certificates if one.served]
    assert shown.verify_error == "" and "localhost" in shown.names and (shown.not_after or 0) > time.time()
    assert any(socket.port == stack.port for socket in setup.host.sockets)
    assert setup.failures == (), "a start's refused connections are no trouble of today"


def test_no_secret_is_anywhere_in_it(stack: OpenClawStack) -> None:
    docker("exec", stack.container("proxy"), "sh", "-c", f"echo 'leaked {stack.token}' > /proc/1/fd/1")
    setup, steps = seen(stack)
    assert any("leaked ***" in line.text for line in setup.logs)
    assert stack.token not in repr(setup) and stack.token not in repr(steps)


def test_a_stopped_gateway_breaks_the_walk_there(stack: OpenClawStack) -> None:
    with stopped(stack, "gateway"):
        setup, steps = seen(stack)
    step = broken(steps)
    assert (step.hop, states(steps)[Hop.PROXY], states(steps)[Hop.MODEL]) == (Hop.GATEWAY, State.OK, State.UNKNOWN)
    assert f"container {stack.container('gateway')} is exited" in step.detail
    gone = setup.container("gateway")
    assert gone is not None and gone.state == "exited" and gone.exit_code is not None
    assert seen_healed(stack).failures == (), "what has healed is not told as trouble"


def test_a_stopped_proxy_breaks_the_walk_at_the_port(stack: OpenClawStack) -> None:
    name = stack.container("proxy")
    with stopped(stack, "proxy"):
        setup, steps = seen(stack)
    assert broken(steps).hop is Hop.PORT and f"container {name} is exited" in broken(steps).detail
    assert any(one.vantage is Vantage.DIRECT and one.status == 200 for one in setup.exchanges)


WITHOUT_UPGRADE = {
    "nginx": {"~*^websocket$ websocket": "~*^nothing$ websocket"},
    "caddy": {"request_header @websocket Upgrade websocket": "request_header @websocket -Upgrade"},
}


def test_a_lost_upgrade_breaks_the_walk_at_the_proxy(stack: OpenClawStack) -> None:
    with proxy_with(stack, WITHOUT_UPGRADE[stack.stack.proxy]):
        setup, steps = seen(stack)
    assert broken(steps).hop is Hop.PROXY and "WebSocket upgrade" in broken(steps).detail
    assert [one.status for one in setup.exchanges if one.upgrade] == [200]


def test_a_changed_file_that_the_proxy_has_not_taken_up_is_told(stack: OpenClawStack) -> None:
    name = {"nginx": "nginx.conf", "caddy": "Caddyfile"}[stack.stack.proxy]
    path = stack.folder / "stack/proxy" / stack.stack.proxy / name
    end = time.monotonic() + SETTLE_SECONDS
    while True:  # `ps` counts whole seconds, and the test before has just reloaded
        with changed(path, {"330s": "300s"}):
            setup, steps = seen(stack)
        if setup.unloaded or time.monotonic() > end:
            break
    assert states(steps) == ALL_OK, "what runs is not what the file says"
    assert any(name in str(problem.at) for problem in setup.unloaded), setup.unloaded


def test_the_same_stack_is_understood_as_a_strangers(stack: OpenClawStack) -> None:
    ((setup, steps),) = look_around(only(stack))
    assert {hop: state for hop, state in states(steps).items() if hop is not Hop.TLS} == {
        hop: (State.OK if hop in (Hop.CLIENT, Hop.DNS, Hop.PORT) else State.UNKNOWN)
        for hop in Hop
        if hop is not Hop.TLS
    }
    assert broken(steps).hop is Hop.TLS, "a stranger's private authority is not known here"
    assert setup.proxies[0].service == "proxy" and setup.proxies[0].where is Where.CONTAINER
    assert setup.gateways[0].service == "gateway" and setup.gateways[0].effective_port == 18789
    answers = {(one.vantage, one.status) for one in setup.exchanges if one.url.endswith("/healthz")}
    assert answers == {(Vantage.PUBLIC, 200), (Vantage.DIRECT, 200), (Vantage.INSIDE, 200)}
    assert stack.token not in repr(setup)
