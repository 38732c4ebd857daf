"""Sites, their listeners and certificates, by the rules of automatic HTTPS."""

from __future__ import annotations

import pytest
from caddyreading import file, names, proxy, site, told

from clawkit.doctor.model.route import Action
from clawkit.doctor.readers.caddy import read


def listeners(text: str, index: int = 0) -> list[tuple[int, bool]]:
    return [(ear.port, ear.tls) for ear in proxy(text).sites[index].listeners]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("claw.example.net", [(443, True)]),
        ("https://claw.example.net", [(443, True)]),
        ("http://claw.example.net", [(80, False)]),
        ("claw.example.net:80", [(80, False)]),
        ("claw.example.net:8443", [(8443, True)]),
        (":8080", [(8080, False)]),
        (":443", [(443, False)]),
        ("https://", [(443, True)]),
        ("localhost", [(443, True)]),
        ("http://claw.example.net, https://claw.example.net", [(80, False), (443, True)]),
        ("[::1]:8080", [(8080, True)]),
    ],
)
def test_listens_where_caddy_listens(address: str, expected: list[tuple[int, bool]]) -> None:
    assert listeners(f"{address} {{\n\trespond ok\n}}\n") == expected


def test_adds_the_redirect_of_automatic_https() -> None:
    _, added = proxy("claw.example.net {\n\treverse_proxy openclaw:18789\n}\n").sites
    assert added.always is Action.REDIRECT
    assert [ear.port for ear in added.listeners] == [80]
    assert added.redirect is not None and added.redirect.code == 308
    assert added.redirect.at.line == 1


@pytest.mark.parametrize("chosen", ["off", "disable_redirects"])
def test_adds_no_redirect_where_it_is_switched_off(chosen: str) -> None:
    found = proxy(f"{{\n\tauto_https {chosen}\n}}\nclaw.example.net {{\n\trespond ok\n}}\n")
    assert len(found.sites) == 1
    assert found.auto_https is not None and found.auto_https.value == chosen
    assert found.sites[0].tls.automatic is (chosen != "off")


def test_a_site_on_port_80_takes_the_place_of_the_redirect() -> None:
    text = "http://claw.example.net {\n\trespond a\n}\nclaw.example.net {\n\trespond b\n}\n"
    assert [one.always for one in proxy(text).sites] == [Action.NONE, Action.NONE]


def test_a_catch_all_speaks_tls_beside_a_neighbour_that_does() -> None:
    text = ":8443 {\n\trespond a\n}\nclaw.example.net:8443 {\n\trespond b\n}\n"
    assert listeners(text) == [(8443, True)]


def test_tls_internal_makes_a_port_speak_tls() -> None:
    found = site(":8443 {\n\ttls internal\n\trespond a\n}\nclaw.example.net {\n\trespond b\n}\n")
    assert found.tls.issuer is None
    catch_all = proxy(":8443 {\n\ttls internal\n\trespond a\n}\n").sites[0]
    assert catch_all.serves_tls and catch_all.tls.issuer is not None and catch_all.tls.issuer.value == "internal"


@pytest.mark.parametrize("host", ["localhost", "claw.local", "claw.internal", "claw.home.arpa", "192.168.1.5"])
def test_names_that_no_public_authority_knows_are_issued_internally(host: str) -> None:
    tls = proxy(f"{host} {{\n\trespond ok\n}}\n").sites[0].tls
    assert tls.automatic and tls.issuer is not None and tls.issuer.value == "internal"


@pytest.mark.parametrize("host", ["claw.example.net", "claw.lan", "openclaw"])
def test_other_names_are_asked_for_in_public(host: str) -> None:
    tls = proxy(f"{host} {{\n\trespond ok\n}}\n").sites[0].tls
    assert tls.automatic and tls.issuer is None


def test_knows_the_files_of_a_certificate_and_their_line() -> None:
    tls = site(
        "claw.example.net {\n\ttls /etc/ssl/fullchain.pem /etc/ssl/key.pem {\n\t\tprotocols tls1.3\n\t}\n}\n"
    ).tls
    assert tls.certificate is not None and tls.certificate.value == "/etc/ssl/fullchain.pem"
    assert tls.certificate.at.line == 2
    assert tls.protocols is not None and tls.protocols.value == ("tls1.3",)
    assert not tls.automatic


def test_an_issuer_block_names_authority_and_provider() -> None:
    text = """claw.example.net {
	tls {
		issuer acme {
			dir https://acme-staging-v02.api.letsencrypt.org/directory
			dns cloudflare abcdef0123456789
		}
		client_auth {
			mode require_and_verify
		}
		on_demand
	}
}
"""
    found = proxy(text)
    tls = found.sites[0].tls
    assert tls.directory is not None and "staging" in tls.directory.value
    assert tls.dns_provider is not None and tls.dns_provider.value == "cloudflare"
    assert tls.dns_provider.at.text == "dns cloudflare ***"
    assert tls.client_auth is not None and tls.client_auth.value == "require_and_verify"
    assert tls.on_demand is not None
    assert [module.value for module in found.modules] == ["dns.providers.cloudflare"]


def test_the_misspelt_provider_is_told_as_it_is_written() -> None:
    found = proxy("claw.example.net {\n\ttls {\n\t\tdns cloudfare {env.CF_API_TOKEN}\n\t}\n}\n")
    assert [(module.value, module.at.line) for module in found.modules] == [("dns.providers.cloudfare", 3)]
    assert found.problems == ()


def test_global_options_hold_for_all_sites() -> None:
    text = """{
	email admin@example.net
	acme_ca https://acme.example/dir
	admin off
	http_port 8080
	https_port 8443
	local_certs
	servers {
		protocols h1 h2
		trusted_proxies static private_ranges 203.0.113.0/24
		client_ip_headers CF-Connecting-IP X-Forwarded-For
		trusted_proxies_strict
		listener_wrappers {
			proxy_protocol
			tls
		}
		timeouts {
			idle 65s
		}
		max_header_size 16KB
	}
}
claw.example.net {
	reverse_proxy openclaw:18789
}
"""
    found = proxy(text)
    assert found.problems == ()
    assert found.email is not None and found.email.value == "admin@example.net"
    assert found.admin is not None and found.admin.value == "off"
    assert "203.0.113.0/24" in [one.value for one in found.trusted]
    assert "10.0.0.0/8" in [one.value for one in found.trusted]
    assert found.real_ip_header is not None and found.real_ip_header.value.startswith("CF-Connecting-IP")
    assert found.options["servers timeouts idle"].value == "65s"
    (ear,) = found.sites[0].listeners
    assert (ear.port, ear.tls, ear.http2, ear.quic, ear.proxy_protocol) == (8443, True, True, False, True)
    assert found.sites[0].tls.issuer is not None and found.sites[0].tls.issuer.value == "internal"
    assert found.sites[0].tls.directory is not None
    assert [ear.port for ear in found.sites[1].listeners] == [8080]


def test_reads_a_single_site_without_braces() -> None:
    found = proxy("claw.example.net\n\nreverse_proxy openclaw:18789\nencode gzip\n")
    assert found.problems == ()
    assert names(found.sites[0]) == ("claw.example.net",)
    assert str(found.sites[0].routes[0].upstream and found.sites[0].routes[0].upstream.targets[0]) == "openclaw:18789"


def test_reads_addresses_over_several_lines_with_commas() -> None:
    found = proxy("claw.example.net, www.claw.example.net,\nb.example.net {\n\trespond ok\n}\n")
    assert names(found.sites[0]) == ("claw.example.net", "www.claw.example.net", "b.example.net")


def test_a_wildcard_site_is_told_apart_by_the_hosts_of_its_matchers() -> None:
    text = """*.example.net {
	tls {
		dns cloudflare {env.CF}
	}
	@wiki host wiki.example.net
	handle @wiki {
		reverse_proxy wiki:3000
	}
	@claw host claw.example.net
	handle @claw {
		reverse_proxy openclaw:18789
	}
	handle {
		abort
	}
}
"""
    found = site(text)
    assert [str(target) for one in found.routes if one.upstream for target in one.upstream.targets] == [
        "openclaw:18789"
    ]
    rest = site(text, "*.example.net")
    assert [one.action for one in rest.routes] == [Action.ABORT]


def test_binds_to_the_address_that_is_named() -> None:
    found = site("claw.example.net {\n\tbind 127.0.0.1 [::1]\n\trespond ok\n}\n")
    assert [ear.address for ear in found.listeners] == ["127.0.0.1", "::1"]
    assert all(ear.loopback for ear in found.listeners)


def test_variables_come_from_the_proxy_s_environment_or_their_default() -> None:
    text = "{$SITE:claw.example.net} {\n\treverse_proxy {$UPSTREAM}\n}\n"
    found = proxy(text)
    upstream = found.sites[0].routes[0].upstream
    assert names(found.sites[0]) == ("claw.example.net",)
    assert upstream is not None and upstream.targets[0].variable == "{$UPSTREAM}"
    assert upstream.targets[0].host == ""
    known = proxy(text, environment={"SITE": "b.example.net", "UPSTREAM": "openclaw:18789"})
    assert names(known.sites[0]) == ("b.example.net",)
    assert known.sites[0].routes[0].upstream is not None
    assert known.sites[0].routes[0].upstream.targets[0].port == 18789


def test_a_site_variable_that_nobody_knows_is_no_fault() -> None:
    assert told("{$DOMAIN} {\n\treverse_proxy openclaw:18789\n}\n") == []


def test_reads_windows_line_ends_tabs_and_a_byte_order_mark() -> None:
    text = "\ufeffclaw.example.net {\r\n\treverse_proxy  openclaw:18789 # the gateway\r\n}\r\n"
    found = proxy(text)
    assert found.problems == ()
    assert found.sites[0].routes[0].at.line == 2


def test_snippets_take_arguments_and_blocks() -> None:
    text = """(claw) {
	reverse_proxy {args[0]}:{args[1]} {
		header_up X-Real-IP {remote_host}
		{block}
	}
}
claw.example.net {
	import claw openclaw 18789 {
		flush_interval -1
	}
}
"""
    (only,) = site(text).routes
    assert only.upstream is not None and str(only.upstream.targets[0]) == "openclaw:18789"
    assert only.flush_interval is not None and only.flush_interval.value == -1
    assert only.flush_interval.at.line == 9
    assert only.headers_up["x-real-ip"].at.line == 3


def test_imports_are_found_beside_and_under_the_target_machine_s_path() -> None:
    main = file("import /etc/caddy/sites/*.caddy\nimport common\n", folder="/given/caddy")
    one = file(
        "claw.example.net {\n\timport ../common\n\treverse_proxy openclaw:18789\n}\n",
        "claw.caddy",
        "/given/caddy/sites",
    )
    two = file("b.example.net {\n\trespond b\n}\n", "b.caddy", "/given/caddy/sites")
    shared = file("(headers) {\n\theader -Server\n}\n", "common", "/given/caddy")
    (found,) = read([main, one, two, shared], caddy="")
    served = [names(entry) for entry in found.sites if entry.always is Action.NONE]
    assert served == [("b.example.net",), ("claw.example.net",)]
    assert set(found.files) == {"Caddyfile", "claw.caddy", "b.caddy", "common"}
    claw = next(entry for entry in found.sites if names(entry) == ("claw.example.net",))
    assert claw.routes[0].at.source == "claw.caddy" and claw.routes[0].at.line == 3


def test_two_caddyfiles_that_do_not_import_each_other_are_two_proxies() -> None:
    files = [file("a.example.net {\n}\n", "Caddyfile.a"), file("b.example.net {\n}\n", "Caddyfile.b")]
    assert [found.at.source for found in read(files, caddy="")] == ["Caddyfile.a", "Caddyfile.b"]


def test_places_show_no_secret() -> None:
    text = """claw.example.net {
	basic_auth {
		bob $2a$14$Zkx19XLiW6VYouLHR5NmfOFU0z2GTNmpkT/5qqR7hx4IjWJPDhjvG
	}
	reverse_proxy openclaw:18789 {
		header_up Authorization "Bearer s3cr3t-s3cr3t"
		header_up X-Api-Key s3cr3t-s3cr3t
	}
}
"""
    assert "s3cr3t" not in repr(proxy(text)) and "$2a$" not in repr(proxy(text))
    (only,) = site(text).routes
    assert only.headers_up["authorization"].at.text == "header_up Authorization ***"
