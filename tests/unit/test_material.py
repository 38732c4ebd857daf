from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from clawkit.tls import material, site
from clawkit.tls.own import Own
from clawkit.tls.pair import Pair
from fakes import make_stack

CADDY = make_stack(proxy="caddy")
NGINX = make_stack(proxy="nginx")
LIVE = Path("tls/site/main/live")


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_both_proxies_have_one_root_so_that_swapping_them_keeps_the_trust(tmp_path: Path) -> None:
    assert material.ensure(tmp_path, CADDY) == ("private CA",)
    root = (tmp_path / material.ROOT_CERTIFICATE).read_text()
    assert material.ensure(tmp_path, NGINX) == ("certificate for localhost",)
    assert material.ensure(tmp_path, CADDY) == ()
    assert (tmp_path / material.ROOT_CERTIFICATE).read_text() == root


def test_a_second_run_changes_no_byte(tmp_path: Path) -> None:
    material.ensure(tmp_path, NGINX)
    before = contents(tmp_path)
    assert material.ensure(tmp_path, NGINX) == ()
    assert contents(tmp_path) == before


def test_each_gateway_of_nginx_has_a_certificate_of_its_own(tmp_path: Path) -> None:
    stack = make_stack(proxy="nginx", domain="a.test", gateways=[{"name": "bob", "domain": "b.test"}])
    made = material.ensure(tmp_path, stack)
    assert made == ("private CA", "certificate for a.test", "certificate for b.test")
    assert (tmp_path / "tls/site/bob/live/fullchain.pem").exists()


def test_another_domain_gets_another_certificate_of_the_same_root(tmp_path: Path) -> None:
    material.ensure(tmp_path, NGINX)
    assert material.ensure(tmp_path, make_stack(proxy="nginx", domain="b.test")) == ("certificate for b.test",)


@pytest.mark.parametrize("name", ["fullchain.pem", "privkey.pem"])
def test_a_certificate_that_was_damaged_or_lost_is_made_again(tmp_path: Path, name: str) -> None:
    material.ensure(tmp_path, NGINX)
    (tmp_path / LIVE / name).write_text("")
    assert material.ensure(tmp_path, NGINX) == ("certificate for localhost",)
    (tmp_path / LIVE / name).unlink()
    assert material.ensure(tmp_path, NGINX) == ("certificate for localhost",)


def test_keys_are_readable_for_their_proxy_alone(tmp_path: Path) -> None:
    material.ensure(tmp_path, NGINX)
    keys = [path for path in tmp_path.rglob("*") if path.is_file() and "PRIVATE KEY" in path.read_text()]
    assert sorted(path.name for path in keys) == ["ca.key", "privkey.pem"]
    assert {path.stat().st_mode & 0o007 for path in keys} == {0}


@pytest.mark.parametrize("settings", [
    {"proxy": "nginx", "tls": "off", "front_proxy": "10.0.0.5"},
    {"proxy": "caddy", "domain": "example.com"},
])  # fmt: skip
def test_nothing_is_made_where_the_certificate_comes_from_elsewhere(tmp_path: Path, settings: dict[str, str]) -> None:
    stack = make_stack(**settings)
    assert material.ensure(tmp_path, stack) == ()
    assert contents(tmp_path) == {}
    assert material.ca_file(tmp_path, stack, stack.gateways[0]) is None


def test_nginx_starts_with_a_temporary_certificate_until_the_authority_has_issued_one(tmp_path: Path) -> None:
    stack = make_stack(proxy="nginx", domain="example.com", aliases=("www.example.com",))
    (gateway,) = stack.gateways
    assert material.ensure(tmp_path, stack) == (
        "temporary certificate for example.com, until the authority's is there",
    )
    assert material.pending(tmp_path, stack, gateway)
    assert material.ca_file(tmp_path, stack, gateway) == tmp_path / LIVE / "fullchain.pem"
    assert material.ensure(tmp_path, stack) == ()


def test_what_an_authority_issued_is_never_replaced(tmp_path: Path) -> None:
    stack = make_stack(proxy="nginx", domain="example.com")
    (gateway,) = stack.gateways
    material.ensure(tmp_path, stack)
    issued = foreign_pair("example.com")
    site.install(tmp_path, "main", issued, stack.owner)
    assert material.ensure(tmp_path, stack) == ()
    assert site.read(tmp_path, "main") == issued
    assert not material.pending(tmp_path, stack, gateway)
    assert material.ca_file(tmp_path, stack, gateway) is None


def foreign_pair(name: str) -> Pair:
    made = trustme.CA().issue_cert(name)
    chain = "".join(blob.bytes().decode() for blob in made.cert_chain_pems)
    return Pair(chain, made.private_key_pem.bytes().decode())


OWN = {"domain": "a.test", "tls": "files", "tls_cert": "claw.pem", "tls_key": "claw.key"}


@pytest.mark.parametrize("proxy", ["caddy", "nginx"])
def test_ones_own_certificate_is_installed_for_every_gateway_and_replaced_when_it_changes(
    tmp_path: Path, proxy: str
) -> None:
    stack = make_stack(proxy=proxy, **OWN, gateways=[{"name": "bob", "domain": "b.test"}])
    told = ("certificate for a.test, from claw.pem", "certificate for b.test, from claw.pem")
    first, second = (Own(foreign_pair("*.test"), root, ()) for root in ("root\n", ""))
    assert material.ensure(tmp_path, stack, first) == told
    assert material.ensure(tmp_path, stack, first) == ()
    assert {material.ca_file(tmp_path, stack, gateway) for gateway in stack.gateways} == {tmp_path / material.OWN_ROOT}
    assert material.ensure(tmp_path, stack, second) == told
    assert [site.read(tmp_path, gateway.name) for gateway in stack.gateways] == [second.pair] * 2
    assert material.ca_file(tmp_path, stack, stack.gateways[0]) is None
