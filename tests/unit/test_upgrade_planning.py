from __future__ import annotations

import json
from pathlib import Path

import pytest

from clawkit import deployment as deployments
from clawkit import switching
from clawkit.deployment import Deployment
from clawkit.engine.ports import State
from clawkit.engine.view import DockerView, Ran
from clawkit.errors import SettingsError
from clawkit.lock import Lock, LockedImage
from clawkit.switching import Prober
from clawkit.testing import free_ports
from clawkit.tls import site
from clawkit.tls.authority import make_leaf, make_root
from clawkit.upgrade import planning
from clawkit.upgrade.change import with_failed
from clawkit.upgrade.drain import drain
from clawkit.upgrade.journal import Change, Kind
from clawkit.upgrade.rehearsal import _alone
from fakes import make_stack, service


def deployment(folder: Path, **flags: object) -> Deployment:
    return deployments.open_folder(folder, flags, environ={})


def image(version: str, ref: str = "") -> LockedImage:
    return LockedImage(f"claw:{version}", ref or f"claw:{version}", version, "pulled", f"id-{ref or version}")


def test_without_a_version_the_one_that_the_kit_was_proven_with_is_meant(tmp_path: Path) -> None:
    assert planning.wishes(deployment(tmp_path), "", {}) == {"openclaw": planning.NEWEST}


def test_an_image_alone_leaves_the_version_as_it_is(tmp_path: Path) -> None:
    assert planning.wishes(deployment(tmp_path), "", {"nginx_image": "nginx:1.31", "timeout": 5}) == {
        "nginx_image": "nginx:1.31"
    }


@pytest.mark.parametrize("ref", ["claw:1.2.3", "registry.example:5000/claw@sha256:0"])
def test_a_version_is_refused_where_the_image_is_named_whole(tmp_path: Path, ref: str) -> None:
    with pytest.raises(SettingsError, match=r"a version has no effect on it") as refused:
        planning.wishes(deployment(tmp_path, gateway_image=ref), "2026.9.6", {})
    assert refused.value.fix == "clawkit upgrade --gateway-image IMAGE"


def test_the_title_names_versions_and_where_they_are_the_same_the_images() -> None:
    before = Lock(images={"gateway": image("1", "a")})
    assert planning.title(before, {"gateway": image("2")}) == "OpenClaw 1 -> 2"
    assert planning.title(before, {"gateway": image("1", "b")}) == "OpenClaw a -> b"


def test_an_image_that_failed_is_refused_by_its_reason_and_the_command_that_insists() -> None:
    before, after = Lock(images={"gateway": image("1")}), Lock(images={"gateway": image("2")})
    lock = with_failed(before, after, "verify fails")
    change = Change(Kind.UPGRADE, {"openclaw": "2"}, lock, after, "1 -> 2")
    with pytest.raises(SettingsError, match="tried before and failed: 2: verify fails") as refused:
        planning.refuse_failed(change)
    assert refused.value.fix == "try it again: clawkit upgrade 2 --force"
    planning.refuse_failed(Change(Kind.UPGRADE, {}, lock, before, "the same"))


class Answering(DockerView):
    def __init__(self, ran: Ran) -> None:
        object.__setattr__(self, "ran", ran)

    def run(self, container: str, command: object, *, seconds: float) -> Ran:
        found: Ran = object.__getattribute__(self, "ran")
        return found


ANYWAY = "it finishes running requests as it stops"
BUSY = json.dumps({"status": "busy", "retryAfterMs": 20000, "blockers": [{"kind": "run"}, {"kind": "run"}]})


@pytest.mark.parametrize(
    ("ran", "said"),
    [
        (Ran(0, '{"status": "ready", "suspensionId": "x"}', ""), ""),
        (Ran(1, BUSY, ""), f"gateway still has 2 things to do after 60 s; {ANYWAY}"),
        (Ran(1, "", "error: unknown command 'suspend'"),
         f"gateway cannot be asked to drain (error: unknown command 'suspend'); {ANYWAY}"),
    ],
)  # fmt: skip
def test_a_gateway_that_is_not_idle_in_time_is_told_of(ran: Ran, said: str) -> None:
    assert drain(Answering(ran), service("gateway"), 60, lambda text: None) == said


def test_a_gateway_that_does_not_run_is_not_asked() -> None:
    assert drain(DockerView(), service("gateway", state=State.EXITED), 60, lambda text: None) == ""


@pytest.mark.parametrize(("proxy", "name"), [("caddy", "proxy"), ("nginx", "proxy"), ("nginx", "gateway")])
def test_a_rehearsal_reaches_nobody_and_touches_nothing_of_the_stack(tmp_path: Path, proxy: str, name: str) -> None:
    made = deployment(tmp_path, proxy=proxy, name="claw")
    deployments.write(made, made.stack(), made.lock)
    volumes = {"state": {"external": True, "name": "claw-rehearsal_state"}}
    project = _alone(made.rendered, name, "claw-rehearsal", volumes)
    model = json.loads((project.folder / "compose.yaml").read_text())
    played = model["services"].pop(name)
    assert model["services"] == {}
    assert played["network_mode"] == "none"
    assert not {"ports", "networks", "depends_on"} & set(played)
    written = [mount for mount in played["volumes"] if not mount.get("read_only")]
    outside = [mount for mount in written if mount["source"] not in ("state", str(project.folder / "data"))]
    assert outside == []


def test_caddys_certificate_is_shown_on_by_nginx(tmp_path: Path) -> None:
    flags = {"domain": "claw.example.com", "tls": "acme"}
    made = deployment(tmp_path, **flags)
    pair = make_leaf(make_root("test"), ("claw.example.com",))
    kept = made.rendered / switching.CADDY_STORAGE / "acme-v02/claw.example.com"
    kept.mkdir(parents=True)
    (kept / "claw.example.com.crt").write_text(pair.certificate)
    (kept / "claw.example.com.key").write_text(pair.key)
    told = switching.certificates(made, make_stack(proxy="caddy", **flags), make_stack(proxy="nginx", **flags))
    assert "are shown on (1); certbot orders its own" in told
    assert site.read(made.rendered, "main") == pair


def test_nobody_answering_is_measured_as_no_answer_at_all() -> None:
    http_port, https_port = free_ports(2)
    stack = make_stack(listen="127.0.0.1", http_port=http_port, https_port=https_port)
    with Prober(stack) as prober:
        while prober.gap.asked < 3:
            pass
    assert prober.gap.asked == prober.gap.unanswered
    assert prober.gap.seconds == 0.0
