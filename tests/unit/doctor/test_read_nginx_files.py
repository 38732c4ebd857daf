"""Which files make one configuration: includes of the target machine, loose sites, snippets, dumps."""

from __future__ import annotations

import time
from pathlib import Path

from nginxreading import proxies, proxy, words

MAIN = """\
user www-data;
include /etc/nginx/modules-enabled/*.conf;
events { worker_connections 768; }
http {
  include /etc/nginx/mime.types;
  proxy_read_timeout 90s;
  include /etc/nginx/conf.d/*.conf;
  include /etc/nginx/sites-enabled/*;
}
"""
MAP = "map $http_upgrade $connection_upgrade { default upgrade; '' close; }\n"
SITE = """\
server {
  listen 443 ssl;
  server_name claw.example.net;
  ssl_certificate a; ssl_certificate_key b;
  location / {
    include snippets/ws.conf;
    proxy_pass http://openclaw:18789;
  }
}
"""
WS = "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $connection_upgrade;\n"
ROOT = Path(__file__).parents[3]


def test_a_whole_folder_is_one_proxy() -> None:
    (found,) = proxies({"nginx.conf": MAIN, "conf.d/map.conf": MAP, "sites-enabled/claw": SITE, "snippets/ws.conf": WS})
    (site,) = found.sites
    (route,) = site.routes
    assert found.problems == () and found.complete and found.missing == ()
    assert route.headers_up["connection"].at.source == "snippets/ws.conf"
    assert route.headers_up["connection"].at.line == 2
    assert route.timeouts.read is not None and route.timeouts.read.at.source == "nginx.conf"
    assert str(site.at) == "sites-enabled/claw:1"
    assert found.options["worker_connections"].value == "768"


def test_a_file_beside_the_main_one_stands_for_conf_d() -> None:
    (found,) = proxies({"nginx.conf": MAIN, "openclaw.conf": MAP + SITE, "ws.conf": WS})
    assert [name.value for name in found.sites[0].names] == ["claw.example.net"]
    assert found.sites[0].routes[0].timeouts.read is not None


def test_sites_that_are_not_enabled_do_not_count() -> None:
    other = "server { listen 80; server_name other.example.net; }"
    given = {"nginx.conf": MAIN, "sites-enabled/claw": MAP + SITE, "snippets/ws.conf": WS,
             "sites-available/claw": MAP + SITE, "sites-available/other": other}  # fmt: skip
    (found,) = proxies(given)
    assert [name.value for site in found.sites for name in site.names] == ["claw.example.net"]
    assert found.problems == ()


def test_a_copy_in_sites_enabled_is_read_as_nginx_reads_it() -> None:
    (found,) = proxies({"nginx.conf": MAIN, "sites-enabled/claw": "server { listen 80 default_server; }",
                        "sites-enabled/claw.bak": "server { listen 80 default_server; }"})  # fmt: skip
    assert words(found) == [
        ("duplicate-default", "a duplicate default server for 0.0.0.0:80"),
        ("conflicting-name", 'conflicting server name "" on 0.0.0.0:80, ignored'),
    ]


def test_files_that_nobody_includes_form_one_proxy() -> None:
    (found,) = proxies({"conf.d/claw.conf": SITE, "conf.d/map.conf": MAP, "snippets/ws.conf": WS})
    assert len(found.sites) == 1 and found.problems == ()
    assert not found.complete


def test_two_main_files_are_two_proxies() -> None:
    main = "events {}\nhttp { include conf.d/*.conf; }\n"
    found = proxies({
        "edge/nginx.conf": main, "edge/conf.d/a.conf": "server { listen 80; }",
        "inner/nginx.conf": main, "inner/conf.d/b.conf": "server { listen 8080; }", "inner/nginx.conf.bak": main,
    })  # fmt: skip
    assert [[listener.port for site in each.sites for listener in site.listeners] for each in found] == [[80], [8080]]


def test_a_location_alone_is_a_site_of_which_no_more_is_known() -> None:
    found = proxy("location / {\n  proxy_pass http://openclaw:18789;\n}\n", "openclaw.conf")
    (site,) = found.sites
    assert site.names == () and site.listeners == () and found.problems == ()
    assert site.routes[0].upstream is not None


def test_the_inside_of_a_location_is_read_as_well() -> None:
    # what people put into the "advanced" field of Nginx Proxy Manager
    found = proxy("proxy_set_header Upgrade $http_upgrade;\r\nproxy_read_timeout 1h;\r\n", "advanced.txt")
    (route,) = found.sites[0].routes
    assert (route.match.path, list(route.headers_up)) == ("/", ["upgrade"])
    assert found.problems == ()


def test_snippets_beside_a_server_are_nobodys() -> None:
    (found,) = proxies(
        {"claw.conf": "server { listen 80; location / { return 200; } }", "extra.conf": "location /x { return 200; }"}
    )
    assert [route.match.path for route in found.sites[0].routes] == ["/"]


def test_what_came_with_the_package_is_known() -> None:
    debian = proxy("server { location / { include proxy_params; proxy_pass http://a:1; } }", "site.conf")
    assert debian.sites[0].routes[0].headers_up["host"].value == "$http_host"
    assert debian.missing == () and debian.files == ("site.conf",)


def test_nginx_proxy_manager_passes_on_in_an_included_file() -> None:
    host = """server { set $forward_scheme http; set $server "openclaw"; set $port 18789; listen 80; listen [::]:80;
      server_name claw.example.net; location / { proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection; proxy_http_version 1.1; include conf.d/include/proxy.conf; } }"""
    found = proxy(host, "proxy_host/3.conf")
    (route,) = found.sites[0].routes
    assert route.upstream is not None and [str(target) for target in route.upstream.targets] == ["openclaw:18789"]
    assert {"upgrade", "connection", "x-forwarded-for", "host"} <= set(route.headers_up)
    assert found.problems == ()


def test_an_include_that_was_not_given_is_visible_where_it_stands() -> None:
    found = proxy("server { location / { include /config/nginx/mine.conf; proxy_pass http://a:1; } }", "site.conf")
    assert [value.value for value in found.missing] == ["/config/nginx/mine.conf"]
    assert found.sites[0].routes[0].settings["include"].value == "/config/nginx/mine.conf"


def test_a_file_that_includes_itself_ends() -> None:
    assert len(proxies({"nginx.conf": "events {} http { include nginx.conf; server { listen 80; } }"})) == 1
    assert proxies({"a.conf": "include b.conf; server {}", "b.conf": "include a.conf;"})


def test_a_dump_is_split_and_keeps_its_own_lines() -> None:
    dump = f"""nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
nginx: configuration file /etc/nginx/nginx.conf test is successful
# configuration file /etc/nginx/nginx.conf:
{MAIN}
# configuration file /etc/nginx/sites-enabled/claw:
{SITE}
# configuration file /etc/nginx/snippets/ws.conf:
{WS}
# configuration file /etc/nginx/conf.d/map.conf:
{MAP}"""
    found = proxy(dump, "nginx-T.txt")
    (site,) = found.sites
    assert found.problems == () and found.files == ("nginx-T.txt",)
    for value in site.routes[0].headers_up.values():
        assert dump.splitlines()[(value.at.line or 0) - 1].strip() == value.at.text
    assert site.at.text == "server {" and dump.splitlines()[(site.at.line or 0) - 1] == "server {"


def test_carriage_returns_and_tabs_do_not_matter() -> None:
    found = proxy((MAP + SITE).replace("include snippets/ws.conf;", WS).replace("\n", "\r\n"), "claw.conf")
    assert found.problems == ()
    assert found.sites[0].routes[0].headers_up["connection"].value == "$connection_upgrade"


def test_the_kits_own_files_are_read_without_a_fault() -> None:
    rendered = sorted((ROOT / "tests/golden").glob("nginx-*/proxy/nginx/nginx.conf"))
    assert rendered
    for path in rendered:
        found = proxy(path.read_text(), path.name)
        assert found.problems == (), path
        ours = [route for site in found.sites for route in site.routes if route.upstream and route.match.path == "/"]
        assert ours and all(route.headers_up["upgrade"].value == "$websocket" for route in ours), path


def test_a_large_configuration_is_read_fast() -> None:
    many = {f"conf.d/{number}.conf": SITE.replace("claw.", f"c{number}.") for number in range(100)}
    begin = time.process_time()
    (found,) = proxies({"nginx.conf": MAIN, "snippets/ws.conf": WS, "conf.d/map.conf": MAP, **many})
    assert len(found.sites) == 100
    assert time.process_time() - begin < 1
