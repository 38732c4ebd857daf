"""How a certificate reaches the proxy; certbot is a stand-in (renew_standin)."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.tls import site
from clawkit.tls.authority import make_temporary
from clawkit.tls.pair import Pair
from renew_standin import CONNECTION, Bench, certificate


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "bench")


def test_the_proxy_gets_pair_and_link_as_the_kit_itself_lays_them_out(bench: Bench, tmp_path: Path) -> None:
    bench.round()
    chain, key = (bench.folder / f"certbot/{name}.pem" for name in ("fullchain", "privkey"))
    pair = Pair(chain.read_text(), key.read_text())
    site.install(tmp_path, "main", pair, (bench.folder.stat().st_uid, bench.folder.stat().st_gid))
    assert bench.live.readlink() == (tmp_path / site.FOLDER / "main/live").readlink()
    assert ((bench.live / "fullchain.pem").read_text(), (bench.live / "privkey.pem").read_text()) == (
        pair.certificate,
        pair.key,
    )
    assert (bench.live / "privkey.pem").stat().st_mode & 0o777 == 0o600
    assert (bench.live / "fullchain.pem").stat().st_mode & 0o777 == 0o644


def test_the_temporary_certificate_is_replaced(bench: Bench) -> None:
    temporary = make_temporary(("claw.test",))
    version = bench.live.parent / "0123456789abcdef"
    version.mkdir(parents=True)
    (version / "fullchain.pem").write_text(temporary.certificate)
    (version / "privkey.pem").write_text(temporary.key)
    bench.live.symlink_to(version.name)
    bench.round()
    assert (bench.live / "fullchain.pem").read_text() == (bench.folder / "certbot/fullchain.pem").read_text()


def test_what_is_in_place_is_left_alone(bench: Bench) -> None:
    bench.round()
    before = bench.live.lstat().st_ino
    bench.places.ask_now.touch()
    bench.round()
    assert bench.live.lstat().st_ino == before


def test_a_lost_folder_gets_the_certificate_again_without_asking(bench: Bench) -> None:
    bench.round()
    chain = (bench.live / "fullchain.pem").read_text()
    for path in sorted(bench.live.parent.rglob("*"), reverse=True):
        path.unlink() if path.is_file() or path.is_symlink() else path.rmdir()
    bench.round()
    assert (bench.live / "fullchain.pem").read_text() == chain
    assert len(bench.calls()) == 1


def test_while_the_authority_refuses_the_one_from_before_is_served(bench: Bench) -> None:
    first = bench.round()
    chain = (bench.live / "fullchain.pem").read_text()
    bench.answers({"code": 1, "output": CONNECTION})
    bench.places.ask_now.touch()
    entry = bench.round()
    assert (entry.state, entry.not_after, entry.issued) == ("failed", first.not_after, first.issued)
    assert (bench.live / "fullchain.pem").read_text() == chain


def test_a_renewed_certificate_is_handed_over_and_three_old_ones_are_kept(bench: Bench) -> None:
    for _ in range(6):
        newest = bench.new_certificate()
        bench.places.ask_now.touch()
        bench.round()
    assert (bench.live / "fullchain.pem").read_text() == newest
    assert len([path for path in bench.live.parent.iterdir() if not path.is_symlink()]) == certificate.KEPT + 1


def test_two_gateways_have_two_certificates(bench: Bench) -> None:
    bench.plan(certificates=[{"name": name, "names": [f"{name}.test"]} for name in ("main", "alice")])
    bench.round()
    assert [call["argv"][call["argv"].index("--cert-name") + 1] for call in bench.calls()] == ["main", "alice"]
    assert (bench.folder / "site/alice/live/fullchain.pem").exists()


def test_another_authority_has_its_own_account_and_certificate(bench: Bench) -> None:
    bench.round()
    bench.plan(directory="https://other.test/dir")
    bench.round()
    homes = {call["argv"][call["argv"].index("--config-dir") + 1] for call in bench.calls()}
    assert len(homes) == 2


def test_a_full_disk_or_a_foreign_folder_is_told_and_not_the_end(bench: Bench) -> None:
    (bench.folder / "site/main").write_text("in the way")
    entry = bench.round()
    assert (entry.state, entry.problem) == ("failed", "other")
    assert "site/main" in entry.error
