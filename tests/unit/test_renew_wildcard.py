"""A wildcard that several sites are served with: handed over to each, ordered once; certbot is a stand-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from clawkit.tls import site
from clawkit.tls.authority import make_temporary
from clawkit.tls.pair import Pair
from renew_standin import CONNECTION, Bench, plan

ZONE = "claw.test"
NOW = datetime.now(UTC)


def shared(*sites: str) -> dict[str, object]:
    return {"name": ZONE, "names": [ZONE, f"*.{ZONE}"], "sites": list(sites)}


def own(*sites: str) -> list[dict[str, object]]:
    return [{"name": name, "names": [f"{name}.{ZONE}"]} for name in sites]


def pair(*names: str, days: float = 60) -> Pair:
    """Of some authority that is not clawkit."""
    made = trustme.CA().issue_cert(*names, not_before=NOW - timedelta(days=90), not_after=NOW + timedelta(days=days))
    chain = "".join(blob.bytes().decode() for blob in made.cert_chain_pems)
    return Pair(chain, made.private_key_pem.bytes().decode())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "bench")
    made.plan(certificates=[shared("main", "alice")])
    issues(made, pair(ZONE, f"*.{ZONE}"))
    return made


def issues(bench: Bench, found: Pair) -> None:
    """What certbot will have from now on."""
    (bench.folder / "certbot/fullchain.pem").write_text(found.certificate)
    (bench.folder / "certbot/privkey.pem").write_text(found.key)


def worked(bench: Bench, name: str = ZONE) -> str:
    """One round of a fresh container; the state of this certificate."""
    fresh = bench.keeper()
    fresh.round(plan.read_plan(bench.folder / "plan.json"))
    return str(fresh.entries[name].state)


def served(bench: Bench, name: str) -> str:
    return (bench.folder / "site" / name / "live/fullchain.pem").read_text()


def serve(bench: Bench, name: str, found: Pair) -> None:
    folder = bench.folder.parent / "rendered/tls"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "site").symlink_to(bench.folder / "site")
    site.install(folder.parent, name, found, (bench.folder.stat().st_uid, bench.folder.stat().st_gid))


def test_one_order_is_handed_to_every_site_and_kept_beside_them(bench: Bench) -> None:
    assert worked(bench) == "issued"
    (call,) = bench.calls()
    assert call["argv"][call["argv"].index("--cert-name") + 1] == ZONE
    assert [call["argv"][at + 1] for at, word in enumerate(call["argv"]) if word == "--domain"] == [ZONE, f"*.{ZONE}"]
    assert {served(bench, name) for name in ("main", "alice", ZONE)} == {
        (bench.folder / "certbot/fullchain.pem").read_text()
    }


def test_a_site_more_or_less_is_no_order(bench: Bench) -> None:
    worked(bench)
    bench.plan(certificates=[shared("main", "alice", "bob")])
    assert worked(bench) == "issued"
    assert served(bench, "bob") == served(bench, "main")
    bench.plan(certificates=[shared("main")])
    assert worked(bench) == "issued"
    assert len(bench.calls()) == 1 and (bench.folder / "site/alice/live").exists()


def test_a_renewal_reaches_every_site(bench: Bench) -> None:
    worked(bench)
    before = served(bench, "alice")
    issues(bench, pair(ZONE, f"*.{ZONE}"))
    bench.places.ask_now.touch()
    worked(bench)
    assert before not in {served(bench, "main"), served(bench, "alice")}
    assert served(bench, "main") == served(bench, "alice")


def test_while_the_authority_refuses_each_site_keeps_what_it_had(bench: Bench) -> None:
    before = pair(f"alice.{ZONE}")
    serve(bench, "alice", before)
    bench.answers({"code": 1, "output": CONNECTION})
    assert worked(bench) == "failed"
    assert served(bench, "alice") == before.certificate


def test_what_was_ordered_long_ago_takes_no_good_ones_place(bench: Bench) -> None:
    issues(bench, pair(ZONE, f"*.{ZONE}", days=-1))
    worked(bench)
    before = pair(f"alice.{ZONE}")
    serve(bench, "alice", before)
    bench.answers({"code": 1, "output": CONNECTION})
    bench.places.ask_now.touch()
    worked(bench)
    assert served(bench, "alice") == before.certificate
    serve(bench, "main", make_temporary(("claw.test",)))
    bench.answers({"code": 1, "output": CONNECTION})
    bench.places.ask_now.touch()
    worked(bench)
    assert served(bench, "main") == served(bench, ZONE)  # anything is better than a stand-in


def test_on_the_way_back_the_wildcard_is_served_until_each_has_its_own(bench: Bench) -> None:
    worked(bench)
    wild = served(bench, "main")
    bench.plan(certificates=own("main", "alice"))
    bench.answers({"code": 1, "output": CONNECTION}, {"code": 1, "output": CONNECTION})
    assert worked(bench, "main") == "failed"
    assert {served(bench, name) for name in ("main", "alice")} == {wild}
    bench.pass_time(120)
    issues(bench, pair(f"main.{ZONE}", f"alice.{ZONE}"))
    assert worked(bench, "main") == "issued"
    assert wild not in {served(bench, name) for name in ("main", "alice")}


def test_an_order_of_before_that_lacks_a_name_does_not_come_back(bench: Bench) -> None:
    bench.plan(certificates=own("main"))
    issues(bench, pair(f"main.{ZONE}"))
    worked(bench, "main")
    bench.plan(certificates=[shared("main")])
    issues(bench, pair(ZONE, f"*.{ZONE}"))
    worked(bench)
    wild = served(bench, "main")
    bench.plan(certificates=[{"name": "main", "names": [f"main.{ZONE}", f"www.{ZONE}"]}])
    bench.answers({"code": 1, "output": CONNECTION})
    assert worked(bench, "main") == "failed"
    assert served(bench, "main") == wild


def test_one_ordered_before_that_is_still_good_comes_back_at_once(bench: Bench) -> None:
    worked(bench)
    wild = served(bench, ZONE)
    bench.plan(certificates=own("main"))
    issues(bench, pair(f"main.{ZONE}"))
    worked(bench, "main")
    bench.plan(certificates=[shared("main")])
    bench.answers({"code": 1, "output": CONNECTION})
    worked(bench)
    assert served(bench, "main") == wild
