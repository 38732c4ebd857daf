"""What Caddy would refuse, in its words and with its line; and what it takes although it looks odd."""

from __future__ import annotations

import pytest
from caddyreading import file, proxy, site, told

from clawkit.doctor.readers.caddy import read

PROXY = "claw.example.net {\n\treverse_proxy openclaw:18789\n}\n"


def upstream(line: str, block: str = "") -> str:
    return f"claw.example.net {{\n\treverse_proxy {line} {{\n\t\t{block}\n\t}}\n}}\n"


@pytest.mark.parametrize("address", ["http://openclaw:18789/", "http://openclaw:18789/claw", "https://openclaw/"])
def test_an_upstream_with_a_path_is_refused(address: str) -> None:
    text = f"claw.example.net {{\n\treverse_proxy {address}\n}}\n"
    ((line, kind, words),) = told(text)
    assert (line, kind) == (2, "upstream-path")
    assert words.endswith("for now, URLs for proxy upstreams only support scheme, host, and port components")
    found = site(text).routes[0].upstream
    assert found is not None and found.targets[0].host == "openclaw"


@pytest.mark.parametrize("address", ["http://openclaw:18789", "openclaw:18789", "openclaw"])
def test_an_upstream_without_a_path_is_taken(address: str) -> None:
    assert told(f"claw.example.net {{\n\treverse_proxy {address}\n}}\n") == []


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("ws://openclaw:18789", "upstream-scheme", "the scheme ws:// is only supported in browsers"),
        ("http://openclaw:443", "upstream-scheme", "conflicting scheme (http://) and port (:443, the HTTPS port)"),
        ("openclaw:18789;", "upstream-port", 'parsing "18789;": invalid syntax'),
        ("http://{env.UP}:1", "upstream-placeholder", "placeholders are not allowed when an upstream address contains"),
        ("http://a:1 https://b:2", "upstream-scheme", "all proxy upstreams must use the same scheme"),
        ("@ws openclaw:18789", "unknown-matcher", "unrecognized matcher name: @ws"),
    ],
)
def test_other_addresses_that_are_refused(line: str, kind: str, words: str) -> None:
    ((at, found, message),) = told(f"claw.example.net {{\n\treverse_proxy {line}\n}}\n")
    assert (at, found) == (2, kind) and words in message


@pytest.mark.parametrize(
    ("word", "line"),
    [("header_upp Host {host}", 3), ("proxy_read_timeout 5m", 3), ("websocket", 3), ("transparent", 3)],
)
def test_a_subdirective_that_nobody_knows_is_refused(word: str, line: int) -> None:
    name = word.split()[0]
    expected = f"parsing caddyfile tokens for 'reverse_proxy': unrecognized subdirective {name}"
    assert told(upstream("openclaw:18789", word)) == [(line, "unknown-subdirective", expected)]


def test_a_word_of_another_version_is_a_fault_only_where_the_version_is_known() -> None:
    old, new = upstream("openclaw:18789", "buffer_requests"), upstream("openclaw:18789", "stream_close_delay 5m")
    assert told(old) == told(new) == told(old, (2, 6, 2)) == told(new, (2, 11, 7)) == []
    assert [kind for _, kind, _ in told(old, (2, 11, 7))] == ["version"]
    assert [kind for _, kind, _ in told(new, (2, 6, 2))] == ["version"]
    assert "unrecognized subdirective stream_close_delay" in told(new, (2, 6, 2))[0][2]
    assert [kind for _, kind, _ in told(upstream("a:1", "request_buffers 4k"), (2, 6, 2))] == ["version"]


def test_a_path_without_a_scheme_is_taken_and_cannot_be_dialled() -> None:
    text = "claw.example.net {\n\treverse_proxy openclaw:18789/\n}\n"
    assert told(text) == [(2, "upstream-network", "dial openclaw:18789: unknown network openclaw:18789")]
    found = site(text).routes[0].upstream
    assert found is not None and str(found.targets[0]) == "openclaw:18789"


def test_a_configuration_of_version_1_is_told_as_that() -> None:
    text = """claw.example.net {
	proxy / localhost:18789 {
		websocket
		transparent
	}
	gzip
	tls me@example.net
}
"""
    assert told(text) == [
        (2, "caddy-v1", "unrecognized directive: proxy"),
        (6, "caddy-v1", "unrecognized directive: gzip"),
    ]


def test_without_braces_caddy_asks_for_a_second_site() -> None:
    ((line, kind, words),) = told("claw.example.net\nreverse_proxy a:1\n\nb.example.net {\n\trespond b\n}\n")
    assert (line, kind) == (4, "unknown-directive")
    assert "Did you mean to define a second site?" in words


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("claw.example.net{\n\treverse_proxy a:1\n}\n", 1, "put a space between the token and the brace"),
        ("claw.example.net,b.example.net {\n\trespond a\n}\n", 1, "put a space after the comma"),
        ("claw.example.net, {\n\trespond a\n}\n", 1, "check for extra comma"),
        ("claw.example.net {\n\treverse_proxy a:1\n", 2, "unexpected token 'a:1', expecting '}'"),
        ("claw.example.net {\n\treverse_proxy a:1\n}\n}\n", 4, "subject does not qualify for certificate: '}'"),
        ("claw.example.net { reverse_proxy a:1 }\n", 1, "Unexpected '}' because no matching opening brace"),
        ("claw.example.net {\n\treverse_proxy a:1\n\t{\n\t\tto b:1\n\t}\n}\n", 3, "Unexpected '{' on a new line"),
        ("@ws path /ws\n" + PROXY, 1, "request matchers may not be defined globally"),
        ("reverse_proxy openclaw:18789\n", 1, "it is a known directive; directives must appear in a site block"),
        (PROXY + "{\n\temail me@example.net\n}\n", 5, "it must be first"),
        (PROXY + PROXY, 4, "ambiguous site definition: claw.example.net"),
        ("claw.example.net:port {\n}\n", 1, "invalid port 'port'"),
        ("http://claw.example.net:443 {\n}\n", 1, "scheme and port violate convention"),
        ("wss://claw.example.net {\n}\n", 1, "the scheme wss:// is only supported in browsers"),
        ("{\n\temial me@example.net\n}\n" + PROXY, 2, "unrecognized global option: emial"),
        ("{\n\tservers {\n\t\ttrusted_proxy static ::1\n\t}\n}\n" + PROXY, 3, "unrecognized servers option"),
        (
            "{\n\tservers {\n\t\ttrusted_proxies 10.0.0.0/8\n\t}\n}\n" + PROXY,
            3,
            "module not registered: http.ip_sources.10.0.0.0/8",
        ),
        ("claw.example.net {\n\ttls off\n}\n", 2, "single argument must either be 'internal'"),
        ("claw.example.net {\n\t@a path /a\n\t@a path /b\n\trespond @a a\n}\n", 3, "matcher is defined more than once"),
        (
            "claw.example.net {\n\t@a headers X y\n\trespond @a a\n}\n",
            2,
            "module not registered: http.matchers.headers",
        ),
        ("claw.example.net {\n\tredir https://x perm\n}\n", 2, "Not a supported redir code type"),
        ("(a) {\n}\n(a) {\n}\n" + PROXY, 3, "redeclaration of previously declared snippet a"),
        ("", None, "EOF"),
    ],
)
def test_what_caddy_refuses_is_told_with_its_line(text: str, line: int | None, words: str) -> None:
    found = told(text)
    assert [(at, True) for at, _, said in found if words in said] == [(line, True)]


def test_what_could_be_read_is_kept() -> None:
    for text in (
        "claw.example.net{\n\treverse_proxy openclaw:18789\n}\n",
        "claw.example.net {\n\treverse_proxy openclaw:18789\n",
    ):
        found = site(text).routes[0].upstream
        assert found is not None and found.targets[0].port == 18789


@pytest.mark.parametrize(
    "text",
    [
        "claw.example.net {\n\treverse_proxy a:1 {\n\t\tflush_interval -1\n}\n",
        "claw.example.net, claw.example.net {\n\trespond a\n}\n",
        "claw.example.net\n{\n\treverse_proxy a:1\n}\n",
        "# nothing here\n",
        "claw.example.net {\n}\n",
        "import sites/*.caddy\n" + PROXY,
        "claw.example.net {\n\tbasicauth /admin/* {\n\t\tbob $2a$14$abc\n\t}\n\treverse_proxy a:1\n}\n",
        'claw.example.net {\n\trespond `{"a": "}"}`\n}\n',
        "claw.example.net {\n\trespond <<END\n\t\t} not a brace {\n\t\tEND\n}\n",
        "claw.example.net {\n\treverse_proxy a:1 \\\n\t\tb:2\n}\n",
        "claw.example.net {\n\theader X a#b # a comment\n\treverse_proxy a:1\n}\n",
    ],
)
def test_what_caddy_takes_is_no_problem(text: str) -> None:
    assert told(text) == []


def test_an_import_that_is_not_there_is_told_by_its_kind() -> None:
    assert told("claw.example.net {\n\timport headers\n}\n") == [(2, "snippet", "File to import not found: headers")]
    assert told("claw.example.net {\n\timport common.conf\n}\n") == [
        (2, "import", "File to import not found: common.conf")
    ]


def test_an_absolute_import_of_another_machine_is_noted_and_no_problem() -> None:
    found = proxy("claw.example.net {\n\timport /nonexistent/common.conf\n}\n")
    assert found.problems == ()
    assert found.options["import /nonexistent/common.conf"].at.line == 2


def test_files_that_import_each_other_in_a_circle_end() -> None:
    one = file("import b.caddy\n", "a.caddy")
    two = file("import a.caddy\nclaw.example.net {\n}\n", "b.caddy")
    (found,) = read([one, two], caddy="")
    assert any("cycle" in problem.message for problem in found.problems)


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("claw.example.net {\n\trate_limit {\n\t}\n\treverse_proxy a:1\n}\n", "http.handlers.rate_limit"),
        ("{\n\tacme_dns cloudflare {env.CF}\n}\n" + PROXY, "dns.providers.cloudflare"),
        ("{\n\tservers {\n\t\ttrusted_proxies cloudflare\n\t}\n}\n" + PROXY, "http.ip_sources.cloudflare"),
        ("{\n\tstorage redis\n}\n" + PROXY, "caddy.storage.redis"),
    ],
)
def test_what_a_plugin_brings_is_a_module_and_no_problem(text: str, module: str) -> None:
    found = proxy(text)
    assert found.problems == ()
    assert [one.value for one in found.modules] == [module]


def test_nginx_s_language_is_told_by_the_first_word_that_caddy_does_not_know() -> None:
    found = told("server {\n\tlisten 80;\n\tlocation / {\n\t\tproxy_pass http://a:1;\n\t}\n}\n")
    assert found[0] == (2, "unknown-directive", "unrecognized directive: listen")


@pytest.mark.parametrize(
    "text", ["{", "}", "{}", "\x00\x01", '"', "`", "<<", "a {\n<<END\n", "import", "@", "(", "&(", "{\n{\n{"]
)
def test_nothing_raises(text: str) -> None:
    for found in read([file(text)], caddy=""):
        assert found.at.source == "Caddyfile"


def test_blocks_without_end_are_given_up() -> None:
    assert any("nested" in words for _, _, words in told("a.example.net {\n" + "handle {\n" * 3000))
