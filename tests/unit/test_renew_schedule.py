"""When the acme container asks, and what it remembers; certbot is a stand-in (renew_standin)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from renew_standin import CONNECTION, FOLDER, Bench, entry, keeper, moments, places, plan, renew, schedule

LOOK_SECONDS = 0.5
"""Of the keeper."""

REFUSED: dict[str, object] = {"code": 1, "output": CONNECTION}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


def test_the_first_start_asks_at_once_and_tells_what_it_got(bench: Bench) -> None:
    entry = bench.round()
    told = json.loads(bench.places.status.read_text())["certificates"]["main"]
    assert len(bench.calls()) == 1
    assert (told["state"], told["authority"], told["names"]) == ("issued", "ca.test:14000", ["claw.test"])
    assert told["error"] == told["problem"] == ""
    assert entry.issued and entry.not_after
    assert bench.places.status.stat().st_mode & 0o777 == 0o644


def test_a_start_anew_asks_for_nothing_before_the_time_has_come(bench: Bench) -> None:
    bench.round()
    bench.round()
    assert len(bench.calls()) == 1


def test_certbot_is_asked_twice_a_day_at_no_fixed_minute(bench: Bench) -> None:
    waits = {bench.waits(bench.round())}
    for _ in range(5):
        bench.pass_time(14 * 3600)
        waits.add(bench.waits(bench.round()))
    assert len(bench.calls()) == 6
    assert all(0.89 * 43200 < wait < 1.12 * 43200 for wait in waits)
    assert len(waits) > 1


def test_a_certificate_of_hours_is_looked_at_more_often() -> None:
    at = moments.now()
    assert schedule.next_check(at, at + timedelta(hours=10), at) - at < timedelta(minutes=70)


def test_failures_are_followed_by_one_ten_and_a_hundred_minutes_and_then_days(bench: Bench) -> None:
    bench.answers(*[REFUSED] * 5)
    waits = []
    for _ in range(5):
        entry = bench.round()
        waits.append(bench.waits(entry))
        bench.pass_time(waits[-1] + 5)
    # the time of the attempt is taken before certbot runs, that of the wait after
    assert [round(wait, -1) for wait in waits] == [60, 600, 6000, 86400, 86400]
    assert entry.failures == 5


def test_a_restart_of_the_container_does_not_shorten_the_wait(bench: Bench) -> None:
    bench.answers(REFUSED)
    first = bench.round()
    again = bench.round()
    assert len(bench.calls()) == 1
    assert (again.state, again.failures, again.next_attempt) == ("failed", 1, first.next_attempt)


@pytest.mark.parametrize("change", [
    {"certificates": [{"name": "main", "names": ["claw.test", "www.claw.test"]}]},
    {"directory": "https://other.test/dir"},
    {"challenge": "dns-01", "rfc2136": "/dev/null"},
])  # fmt: skip
def test_another_plan_is_tried_at_once_and_starts_counting_anew(bench: Bench, change: dict[str, object]) -> None:
    bench.answers(REFUSED, REFUSED)
    bench.round()
    bench.plan(**change)
    assert bench.round().failures == 1
    assert len(bench.calls()) == 2


def test_a_mended_file_of_the_user_is_another_plan(bench: Bench) -> None:
    hook = bench.folder / "hook"
    hook.write_text("false")
    bench.plan(challenge="dns-01", hook=str(hook))
    bench.answers(REFUSED)
    bench.round()
    hook.write_text("true")
    assert bench.round().state == "issued"


def test_asked_to_it_tries_at_once_and_once(bench: Bench) -> None:
    bench.answers(REFUSED)
    bench.round()
    bench.places.ask_now.touch()
    assert bench.round().state == "issued"
    bench.round()
    assert len(bench.calls()) == 2
    assert not bench.places.ask_now.exists()


def test_a_rejected_nonce_is_tried_once_more_at_once(bench: Bench) -> None:
    log = "acme.messages.Error: urn:ietf:params:acme:error:badNonce :: invalid anti-replay nonce"
    bench.answers({"code": 1, "output": "JWS has an invalid anti-replay nonce", "log": log})
    assert bench.round().state == "issued"
    bench.answers(*[{"code": 1, "output": "JWS has an invalid anti-replay nonce", "log": log}] * 3)
    bench.places.ask_now.touch()
    entry = bench.round()
    assert (entry.problem, entry.failures, len(bench.calls())) == ("badNonce", 1, 4)


def test_the_authority_may_ask_for_a_longer_wait(bench: Bench) -> None:
    log = ("Received response:\nHTTP 429\nRetry-After: 7200\nContent-Type: application/problem+json\n\n{}\n"
           "acme.messages.Error: urn:ietf:params:acme:error:rateLimited :: too many")  # fmt: skip
    bench.answers({"code": 1, "output": "An unexpected error occurred:\ntoo many certificates", "log": log})
    entry = bench.round()
    assert (entry.state, entry.problem, round(bench.waits(entry), -1)) == ("waiting", "rateLimited", 7200)


def test_success_forgets_the_failures(bench: Bench) -> None:
    bench.answers(REFUSED)
    bench.round()
    bench.pass_time(61)
    entry = bench.round()
    assert (entry.state, entry.failures, entry.error) == ("issued", 0, "")


def test_what_was_issued_and_lost_is_asked_for_again(bench: Bench) -> None:
    bench.round()
    for path in (bench.places.data / "certbot").glob("*/live/main/*"):
        path.unlink()
    next((bench.places.data / "certbot").glob("*/live/main")).rmdir()
    assert bench.round().state == "issued"
    assert len(bench.calls()) == 2


def test_a_status_that_cannot_be_read_is_as_none(bench: Bench) -> None:
    bench.places.status.write_text('{"certificates": {"main": {"next_attempt": "soon"}}}')
    assert bench.round().state == "issued"


def test_production_is_asked_only_after_staging_has_agreed(bench: Bench) -> None:
    bench.plan(directory=plan.PRODUCTION)
    bench.answers(REFUSED)
    entry = bench.round()
    assert entry.error.startswith("staging: claw.test: ")
    bench.pass_time(61)
    assert bench.round().state == "issued"
    servers = [call["argv"][call["argv"].index("--server") + 1] for call in bench.calls()]
    assert servers == [plan.STAGING, plan.STAGING, plan.PRODUCTION]
    assert ["--dry-run" in call["argv"] for call in bench.calls()] == [True, True, False]


def test_staging_is_asked_once_for_the_same_names(bench: Bench) -> None:
    bench.plan(directory=plan.PRODUCTION)
    bench.answers({"code": 0}, REFUSED)
    bench.round()
    bench.pass_time(61)
    assert bench.round().state == "issued"
    assert ["--dry-run" in call["argv"] for call in bench.calls()] == [True, False, False]


def running(bench: Bench) -> subprocess.Popen[str]:
    """The loop in a process of its own, as the container runs it."""
    code = (
        "import sys, signal; sys.path.insert(0, {!r}); from keeper import Keeper; from places import Places; "
        "from pathlib import Path; p = Places("
        "Path({!r}), Path({!r}), Path({!r}), {!r}); k = Keeper(Path({!r}), p); "
        "signal.signal(signal.SIGTERM, k.end); k.serve()"
    ).format(
        str(FOLDER),
        *(
            str(part)
            for part in (
                bench.places.data,
                bench.places.site,
                bench.folder,
                bench.places.certbot,
                bench.folder / "plan.json",
            )
        ),
    )
    return subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})  # fmt: skip


def said(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout
    return next(line for line in process.stdout if words in line)


def test_a_sleeping_loop_wakes_for_a_request_for_another_plan_and_for_the_end(bench: Bench) -> None:
    bench.answers(REFUSED)
    loop = running(bench)
    try:
        said(loop, "failed (connection), attempt 1")
        bench.places.ask_now.touch()
        said(loop, "issued for claw.test")
        bench.plan(certificates=[{"name": "main", "names": ["claw.test", "www.claw.test"]}])
        said(loop, "www.claw.test")
        start = time.monotonic()
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(5) == 0
        assert time.monotonic() - start < 2
    finally:
        loop.kill()
        loop.communicate()


def test_an_order_that_the_end_interrupts_is_no_failure(bench: Bench) -> None:
    bench.answers({"seconds": 30})
    loop = running(bench)
    try:
        deadline = time.monotonic() + 10
        while not bench.calls() and time.monotonic() < deadline:
            loop.poll()
        loop.send_signal(signal.SIGTERM)
        assert loop.wait(5) == 0
    finally:
        loop.kill()
        loop.communicate()
    kept = entry.read_entries(bench.places.status)["main"]
    assert (kept.failures, kept.next_attempt) == (0, "")
    assert bench.round().state == "issued"


def test_it_is_alive_while_its_heartbeat_is_young(bench: Bench) -> None:
    assert not renew.alive(bench.places.status)
    bench.round()
    assert renew.alive(bench.places.status)
    old = moments.stamp(moments.now() - timedelta(seconds=200))
    bench.places.status.write_text(json.dumps({"heartbeat": old, "certificates": {}}))
    assert not renew.alive(bench.places.status)


def served(bench: Bench, generation: str) -> None:
    bench.places.served.parent.mkdir(exist_ok=True)
    bench.places.served.write_text(f"{generation}\n")


def test_it_asks_only_once_the_proxy_knows_the_names(bench: Bench) -> None:
    """Seen: the authority's challenge for a new name got no answer, because the proxy was still to be reloaded."""
    served(bench, "before")
    bench.plan(generation="after")
    asking = bench.keeper()
    thread = threading.Thread(target=asking.round, args=(plan.read_plan(bench.folder / "plan.json"),))
    thread.start()
    thread.join(LOOK_SECONDS * 3)
    assert thread.is_alive() and not bench.calls()
    served(bench, "after")
    thread.join(10)
    assert len(bench.calls()) == 1


def test_a_volume_that_may_not_be_written_yet_is_waited_for(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """As one of a Swarm, before the proxy's container has given it its rights."""
    bench.places.served.parent.write_text("in the way")
    asking = bench.keeper()
    thread = threading.Thread(target=asking.settle)
    thread.start()
    thread.join(LOOK_SECONDS * 2)
    assert thread.is_alive() and renew.alive(bench.places.status)
    bench.places.served.parent.unlink()
    thread.join(10)
    assert bench.places.served.parent.is_dir() and not thread.is_alive()
    assert "clawkit acme: waits: " in capsys.readouterr().out


def test_of_several_proxies_it_waits_for_those_that_speak(bench: Bench) -> None:
    folder = bench.places.served.parent
    folder.mkdir()
    for name, generation in (("node1", "after"), ("node2", "before")):
        (folder / name).write_text(f"{generation}\n")
    assert set(bench.places.serving()) == {"after", "before"}
    told = (folder / "node1").stat().st_mtime
    os.utime(folder / "node2", (told - places.SILENT_SECONDS, told - places.SILENT_SECONDS))
    assert bench.places.serving() == ("after",)


def test_a_proxy_that_says_nothing_of_itself_is_not_waited_for_without_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SERVED_SECONDS", 0)
    bench.plan(generation="after")
    assert bench.round().issued


def test_an_order_that_another_plan_has_overtaken_is_not_asked_for(bench: Bench) -> None:
    bench.plan(generation="after")
    asking, old = bench.keeper(), plan.read_plan(bench.folder / "plan.json")
    thread = threading.Thread(target=asking.round, args=(old,))
    thread.start()
    thread.join(LOOK_SECONDS)
    bench.plan(generation="after the next")
    thread.join(10)
    assert not thread.is_alive() and not bench.calls()


def test_another_generation_of_the_proxy_alone_is_no_reason_to_ask_again(bench: Bench) -> None:
    bench.round()
    served(bench, "after")
    bench.plan(generation="after")
    bench.round()
    assert len(bench.calls()) == 1
