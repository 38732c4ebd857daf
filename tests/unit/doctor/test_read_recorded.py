"""Output of commands as people paste it, with and without the command that made it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clawkit.doctor.model.exchange import Exchange, Vantage
from clawkit.doctor.model.host import Firewall
from clawkit.doctor.readers import recorded
from clawkit.doctor.readers.kinds import FileKind
from clawkit.doctor.readers.recorded import Seen
from clawkit.doctor.readers.recorded.command import parsed
from clawkit.doctor.readers.text import TextFile


def read(text: str, kind: FileKind, command: str = "") -> Seen:
    file = TextFile(Path("/given/out.txt"), "out.txt", text)
    return recorded.read(file, kind, parsed(command) if command else None)


def answered(text: str, command: str = "", kind: FileKind = FileKind.CURL) -> Exchange:
    found = read(text, kind, command).exchanges
    assert len(found) == 1, found
    return found[0]


VERBOSE = """\
* Host claw.example.net:443 was resolved.
*   Trying 203.0.113.9:443...
* Connected to claw.example.net (203.0.113.9) port 443
* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384
* Server certificate:
*  subject: CN=claw.example.net
*  start date: Sep  1 00:00:00 2026 GMT
*  expire date: Nov 20 00:00:00 2026 GMT
*  issuer: C=US; O=Let's Encrypt; CN=R11
> GET / HTTP/1.1
> Host: claw.example.net
> Authorization: Bearer abcdef123456
>
< HTTP/1.1 403 Forbidden
< Content-Type: application/json; charset=utf-8
< Date: Tue, 24 Nov 2026 10:00:01 GMT
<
{ [120 bytes data]
{"error":{"message":"cannot tell the client","type":"proxy_attribution_required"}}
* Connection #0 to host claw.example.net left intact
"""


def test_curl_v_gives_the_answer_and_the_certificate() -> None:
    seen = read(VERBOSE, FileKind.CURL, "curl -v https://claw.example.net/")
    (exchange,) = seen.exchanges
    assert (exchange.url, exchange.status, exchange.vantage) == ("https://claw.example.net/", 403, Vantage.PUBLIC)
    assert exchange.error_type == "proxy_attribution_required"
    assert exchange.headers["content-type"].startswith("application/json")
    assert exchange.at.line == 14 and exchange.at.text == "HTTP/1.1 403 Forbidden"
    (certificate,) = seen.certificates
    assert (certificate.subject, certificate.issuer, certificate.served) == ("claw.example.net", "R11", True)
    assert certificate.not_after == 1795132800.0 and certificate.server_name == "claw.example.net"
    assert "abcdef123456" not in repr(seen)


def test_curl_v_without_its_command_still_has_a_url() -> None:
    assert answered(VERBOSE).url == "https://claw.example.net/"


def test_the_progress_meter_does_not_hide_the_status() -> None:
    text = ("  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
            "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0< HTTP/1.1 502 Bad Gateway\n"
            "< Server: nginx/1.22.1\n")  # fmt: skip
    assert (answered(text).status, answered(text).headers) == (502, {"server": "nginx/1.22.1"})


def test_curl_i_has_headers_and_body() -> None:
    found = answered("HTTP/2 200\ncontent-length: 0\nserver: Caddy\n\n", "curl -sI https://claw.example.net")
    assert (found.status, found.method, found.body, found.headers["content-length"]) == (200, "HEAD", "", "0")


def test_redirects_are_followed_one_by_one() -> None:
    text = ("HTTP/1.1 301 Moved Permanently\nLocation: https://claw.example.net/\n\n"
            "HTTP/1.1 301 Moved Permanently\nLocation: https://claw.example.net/\n\n"
            "curl: (47) Maximum (50) redirects followed\n")  # fmt: skip
    seen = read(text, FileKind.CURL, "curl -iL -H 'X-Forwarded-Proto: https' http://claw.example.net/")
    assert [(one.url, one.status) for one in seen.exchanges] == [
        ("http://claw.example.net/", 301), ("https://claw.example.net/", 301)]  # fmt: skip
    assert seen.exchanges[0].forwarded_proto == "https"
    assert "redirects" in seen.exchanges[-1].error


@pytest.mark.parametrize(("words", "error"), [
    ("(7) Failed to connect to 127.0.0.1 port 18789 after 0 ms: Connection refused", "refused"),
    ("(7) Failed to connect to 127.0.0.1 port 18789 after 0 ms: Couldn't connect to server", "refused"),
    ("(28) Connection timed out after 5001 milliseconds", "timeout"),
    ("(6) Could not resolve host: claw.example.net", "dns"),
    ("(52) Empty reply from server", "empty"),
    ("(56) Recv failure: Connection reset by peer", "reset"),
    ("(60) SSL certificate problem: certificate has expired", "tls-expired"),
    ("(60) SSL certificate problem: self-signed certificate", "tls-self-signed"),
    ("(60) SSL certificate problem: unable to get local issuer certificate", "tls-unknown-issuer"),
    ("(60) SSL: no alternative certificate subject name matches target host name 'claw.example.net'", "tls-name"),
    ("(35) error:0A00010B:SSL routines::wrong version number", "tls-not-tls"),
    ("(35) error:0A000438:SSL routines::tlsv1 alert internal error", "tls-no-certificate"),
    ("(35) OpenSSL/3.0: error:0A00042E:SSL routines::tlsv1 alert protocol version", "tls-version"),
    ("(7) Failed to connect to 203.0.113.9 port 443: No route to host", "unreachable"),
])  # fmt: skip
def test_curls_failures_become_one_word(words: str, error: str) -> None:
    found = answered(f"curl: {words}\n", "curl -sS http://127.0.0.1:18789/healthz")
    assert (found.error, found.status, found.vantage) == (error, None, Vantage.DIRECT)


def test_a_request_from_inside_a_container_is_no_request_of_the_host() -> None:
    found = answered('{"ok":true,"status":"live"}\n', "docker exec -it nginx curl -s http://openclaw:18789/healthz")
    assert (found.vantage, found.container, found.status) == (Vantage.INSIDE, "nginx", 200)
    inside = answered("HTTP/1.1 200 OK\n\n", "docker compose exec caddy sh -c 'curl -i http://openclaw:18789/'")
    assert (inside.url, inside.container) == ("http://openclaw:18789/", "caddy")


def test_only_a_status_code_was_printed() -> None:
    found = answered("502\n", "curl -s -o /dev/null -w '%{http_code}' https://claw.example.net/")
    assert (found.status, found.url) == (502, "https://claw.example.net/")


def test_the_shells_time_is_the_requests() -> None:
    found = answered("HTTP/1.1 504 Gateway Time-out\n\n<html>\n\nreal    1m0.121s\nuser    0m0.010s\n",
                     "time curl -i https://claw.example.net/")  # fmt: skip
    assert (found.status, found.elapsed, found.body) == (504, 60.121, "<html>")


def test_an_upgrade_by_curl_is_one() -> None:
    found = answered("HTTP/1.1 200 OK\nContent-Type: text/html\n\n<html>",
                     'curl -i -N -H "Connection: Upgrade" -H "Upgrade: websocket" https://claw.test')  # fmt: skip
    assert found.upgrade and found.status == 200


def test_wget_in_a_minimal_image() -> None:
    found = answered("Connecting to openclaw:18789 (172.20.0.3:18789)\n"
                     "wget: server returned error: HTTP/1.1 403 Forbidden\n",
                     "docker exec caddy wget -qO- http://openclaw:18789/")  # fmt: skip
    assert (found.status, found.vantage) == (403, Vantage.INSIDE)
    refused = answered("wget: can't connect to remote host (172.20.0.3): Connection refused\n",
                       "docker exec caddy wget -qO- http://openclaw:18789/")  # fmt: skip
    assert refused.error == "refused"


@pytest.mark.parametrize(("text", "status", "code", "reason", "error"), [
    ("error: Unexpected server response: 200\n", 200, None, "", ""),
    ("error: Unexpected server response: 302\n", 302, None, "", ""),
    ("Connected (press CTRL+C to quit)\nDisconnected (code: 1008, reason: \"pairing required\")\n",
     101, 1008, "pairing required", ""),
    ("Connected (press CTRL+C to quit)\n< {\"type\":\"event\",\"event\":\"connect.challenge\"}\n", 101, None, "", ""),
    ("error: connect ECONNREFUSED 127.0.0.1:18789\n", None, None, "", "refused"),
    ("error: unable to verify the first certificate\n", None, None, "", "tls-unknown-issuer"),
    ("websocat: WebSocketError: Received unexpected status code (502 Bad Gateway)\n", 502, None, "", ""),
    ("gateway closed (1008): origin not allowed\n", 101, 1008, "origin not allowed", ""),
])  # fmt: skip
def test_websocket_clients(text: str, status: int | None, code: int | None, reason: str, error: str) -> None:
    found = answered(text, "wscat -c wss://claw.example.net/", FileKind.WEBSOCKET)
    assert (found.status, found.close_code, found.close_reason, found.error) == (status, code, reason, error)
    assert found.upgrade and found.url == "wss://claw.example.net/" and found.vantage is Vantage.PUBLIC


@pytest.mark.parametrize(("line", "expected"), [
    ("WebSocket connection to 'wss://claw.example.net/' failed: Error during WebSocket handshake: Unexpected response "
     "code: 400", {"status": 400, "upgrade": True, "url": "wss://claw.example.net/"}),
    ("WebSocket connection to 'wss://claw.example.net/' failed: ", {"status": None, "upgrade": True}),
    ("disconnected (1008): pairing required", {"close_code": 1008, "close_reason": "pairing required"}),
    ("disconnected (1006): no reason", {"close_code": 1006}),
    ("This page isn't working. claw.example.net redirected you too many times. ERR_TOO_MANY_REDIRECTS",
     {"error": "ERR_TOO_MANY_REDIRECTS"}),
    ("Mixed Content: The page at 'https://claw.example.net/' was loaded over HTTPS, but attempted to connect to the "
     "insecure WebSocket endpoint 'ws://claw.example.net:18789/'. This request has been blocked",
     {"error": "mixed-content", "url": "ws://claw.example.net:18789/", "upgrade": True}),
    ('Failed to load module script: Expected a JavaScript-or-Wasm module script but the server responded with a MIME '
     'type of "text/html".', {"error": "mime-type", "headers": {"content-type": "text/html"}}),
    ("GET https://claw.example.net/assets/a.js net::ERR_ABORTED 503 (Service Unavailable)",
     {"status": 503, "url": "https://claw.example.net/assets/a.js"}),
    ("Failed to load resource: the server responded with a status of 413 (Request Entity Too Large)", {"status": 413}),
    ("NET::ERR_CERT_DATE_INVALID", {"error": "tls-expired"}),
    ("claw.example.net refused to connect. ERR_CONNECTION_REFUSED", {"error": "refused"}),
    ("DNS_PROBE_FINISHED_NXDOMAIN", {"error": "dns"}),
    ("ERR_SSL_PROTOCOL_ERROR", {"error": "tls-not-tls"}),
    ("Error code: SSL_ERROR_RX_RECORD_TOO_LONG", {"error": "tls-not-tls"}),
    ("Refused to connect to 'wss://claw.example.net/' because it violates the following Content Security Policy "
     "directive: \"connect-src 'self'\".", {"error": "content-security-policy"}),
])  # fmt: skip
def test_a_browsers_words(line: str, expected: dict[str, object]) -> None:
    found = answered(f"14:02:11 {line}\n", kind=FileKind.CONSOLE)
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.at.line == 1


def test_prose_is_no_browser() -> None:
    assert read("Everything is fine, no errors in the console at all.\n", FileKind.CONSOLE) == Seen()


INSPECT = """\
[
    {
        "Name": "/openclaw",
        "State": {
            "Status": "exited", "Running": false, "OOMKilled": true, "ExitCode": 137,
            "StartedAt": "2026-11-24T10:00:00.123456789Z", "FinishedAt": "2026-11-24T10:05:00Z",
            "Health": {"Status": "unhealthy", "Log": [{"ExitCode": 1, "Output": "connect ECONNREFUSED"}]}
        },
        "RestartCount": 4,
        "HostConfig": {"Memory": 536870912, "NetworkMode": "claw_default", "RestartPolicy": {"Name": "always"}},
        "Config": {
            "Image": "openclaw/openclaw:latest", "User": "node",
            "Env": ["OPENCLAW_GATEWAY_TOKEN=abcdef123456", "OPENCLAW_GATEWAY_PORT=19000"],
            "Labels": {"com.docker.compose.service": "claw", "com.docker.compose.project": "home"}
        },
        "Mounts": [{"Type": "bind", "Source": "/opt/claw", "Destination": "/home/node/.openclaw"}],
        "NetworkSettings": {
            "Ports": {"18789/tcp": [{"HostIp": "127.0.0.1", "HostPort": "28789"}]},
            "Networks": {"claw_default": {"IPAddress": "172.20.0.3", "Gateway": "172.20.0.1"}}
        }
    }
]
"""


def test_docker_inspect_is_a_container_without_its_secrets() -> None:
    (found,) = read(INSPECT, FileKind.INSPECT, "docker inspect openclaw").containers
    assert (found.name, found.service, found.project, found.state) == ("openclaw", "claw", "home", "exited")
    assert (found.exit_code, found.oom_killed, found.restarts, found.memory) == (137, True, 4, 512 * 1024 * 1024)
    assert (found.health, found.health_log) == ("unhealthy", ("connect ECONNREFUSED",))
    assert found.addresses == {"claw_default": "172.20.0.3"} and found.gateways == {"claw_default": "172.20.0.1"}
    assert found.published == {18789: ("127.0.0.1:28789",)}
    assert found.environment["OPENCLAW_GATEWAY_PORT"] == "19000"
    assert "abcdef123456" not in repr(found)
    assert found.at.line == 5 and "137" in found.at.text


def test_a_broken_or_shortened_inspect_does_not_stop_the_reading() -> None:
    assert read(INSPECT[:300], FileKind.INSPECT) == Seen()
    (found,) = read('[{"Name": "/a", "State": {"Status": "exited"}, "NetworkSettings": {"Networks": {"n": null}}}]',
                    FileKind.INSPECT).containers  # fmt: skip
    assert (found.name, found.state) == ("a", "exited")


@pytest.mark.parametrize(("template", "text"), [
    ("{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}", "exited 137 true\n"),
    ("status={{.State.Status}} code={{.State.ExitCode}} oom={{.State.OOMKilled}}", "status=exited code=137 oom=true\n"),
    ("{{json .State}}", '{"Status":"exited","ExitCode":137,"OOMKilled":true}\n'),
])  # fmt: skip
def test_docker_inspect_with_a_template(template: str, text: str) -> None:
    (found,) = read(text, FileKind.INSPECT, f"docker inspect -f '{template}' openclaw").containers
    assert (found.name, found.state, found.exit_code, found.oom_killed) == ("openclaw", "exited", 137, True)
    assert found.at.line == 1


def test_docker_network_inspect_adds_addresses_to_containers() -> None:
    network = ('[{"Name": "claw_default", "Driver": "bridge", "Scope": "local", "IPAM": {"Config": [{"Subnet": '
               '"172.20.0.0/16", "Gateway": "172.20.0.1"}]}, "Containers": {"1": {"Name": "nginx", "IPv4Address": '
               '"172.20.0.2/16"}}}]')  # fmt: skip
    listed = "CONTAINER ID   IMAGE        STATUS          NAMES\nabc            nginx:1.27   Up 2 hours      nginx\n"
    whole = recorded.together([read(listed, FileKind.DOCKER_PS), read(network, FileKind.INSPECT)])
    (found,) = whole.containers
    assert (found.image, found.addresses) == ("nginx:1.27", {"claw_default": "172.20.0.2"})


PS = """\
CONTAINER ID   IMAGE                      COMMAND                  CREATED       STATUS                        PORTS                                                                      NAMES
1a2b3c4d5e6f   nginx:1.27-alpine          "/docker-entrypoint.…"   2 hours ago   Up 2 hours                    0.0.0.0:80->80/tcp, [::]:80->80/tcp, 0.0.0.0:443->443/tcp, 443/udp         nginx
2a2b3c4d5e6f   openclaw/openclaw:latest   "docker-entrypoint.s…"   2 hours ago   Restarting (78) 5 seconds ago                                                                            openclaw
3a2b3c4d5e6f   certbot/certbot            "certbot renew"          2 hours ago   Exited (1) 3 minutes ago                                                                                 home-certbot-1
4a2b3c4d5e6f   postgres:16                "postgres"               2 hours ago   Up 2 hours (unhealthy)        5432/tcp                                                                   db
"""  # noqa: E501


def test_docker_ps_is_read_by_its_columns() -> None:
    seen = read(PS, FileKind.DOCKER_PS, "docker ps -a")
    nginx, claw, certbot, db = seen.containers
    assert nginx.published == {80: ("0.0.0.0:80", "[::]:80"), 443: ("0.0.0.0:443",)} and nginx.running
    assert (claw.state, claw.exit_code, claw.image) == ("restarting", 78, "openclaw/openclaw:latest")
    assert (certbot.state, certbot.exit_code, certbot.service) == ("exited", 1, "certbot")
    assert (db.health, db.published) == ("unhealthy", {})
    assert claw.at.line == 3 and seen.containers_known


@pytest.mark.parametrize(("command", "known"), [
    ("docker ps -a", True), ("sudo docker ps --all", True), ("docker ps", False), ("docker ps -a | grep claw", False),
    ("docker ps -a --filter name=claw", False), ("docker compose ps -a", False),
])  # fmt: skip
def test_only_an_unfiltered_list_of_all_is_complete(command: str, known: bool) -> None:
    assert read(PS, FileKind.DOCKER_PS, command).containers_known is known


def test_docker_compose_ps_names_services() -> None:
    table = ("NAME            IMAGE        COMMAND   SERVICE    CREATED         STATUS                     PORTS\n"
             "home-claw-1     openclaw     \"node\"    claw       2 minutes ago   Up 2 minutes (healthy)     "
             "18789/tcp\n")  # fmt: skip
    (found,) = read(table, FileKind.DOCKER_PS, "docker compose ps").containers
    assert (found.name, found.service, found.health) == ("home-claw-1", "claw", "healthy")
    lines = ('{"Name":"home-claw-1","Service":"claw","State":"exited","ExitCode":78,"Image":"openclaw",'
             '"Project":"home",'
             '"Publishers":[{"URL":"127.0.0.1","TargetPort":18789,"PublishedPort":28789}]}\n')  # fmt: skip
    (other,) = read(lines, FileKind.DOCKER_PS, "docker compose ps -a --format json").containers
    assert (other.service, other.project, other.state, other.exit_code) == ("claw", "home", "exited", 78)
    assert other.published == {18789: ("127.0.0.1:28789",)}


SS = """\
State   Recv-Q  Send-Q   Local Address:Port    Peer Address:Port Process
LISTEN  0       511          127.0.0.1:18789        0.0.0.0:*     users:(("node",pid=812,fd=21))
LISTEN  0       4096                 *:80                 *:*     users:(("caddy",pid=900,fd=7))
LISTEN  0       4096              [::]:443             [::]:*     users:(("docker-proxy",pid=901,fd=7))
LISTEN  0       4096     127.0.0.53%lo:53           0.0.0.0:*
"""


def test_ss_lists_who_listens_where() -> None:
    host = read(SS, FileKind.SOCKETS, "sudo ss -ltnp").host
    assert [(s.address, s.port, s.process, s.pid) for s in host.sockets] == [
        ("127.0.0.1", 18789, "node", 812), ("0.0.0.0", 80, "caddy", 900), ("::", 443, "docker-proxy", 901),
        ("127.0.0.53", 53, "", None)]  # fmt: skip
    assert host.sockets_known and host.sockets[0].at.line == 2


def test_a_filtered_list_proves_nothing_about_other_ports() -> None:
    assert not read(SS.split("\n", 1)[1], FileKind.SOCKETS, "ss -ltnp | grep 18789").host.sockets_known


def test_sockets_inside_a_container_are_not_the_hosts() -> None:
    seen = read(SS, FileKind.SOCKETS, "docker compose exec openclaw ss -ltnp")
    assert seen.host.sockets == () and seen.containers[0].service == "openclaw"
    assert seen.containers[0].listening is not None and "127.0.0.1:18789" in seen.containers[0].listening


def test_netstat_and_lsof_say_the_same() -> None:
    netstat = ("Active Internet connections (only servers)\n"
               "tcp        0      0 127.0.0.1:18789         0.0.0.0:*               LISTEN      812/node\n"
               "tcp6       0      0 :::443                  :::*                    LISTEN      900/nginx: master\n"
               "tcp        0      0 203.0.113.9:443         192.0.2.1:5000       ESTABLISHED 900/nginx\n")  # fmt: skip
    found = read(netstat, FileKind.SOCKETS, "netstat -tlnp").host.sockets
    assert [(s.address, s.port, s.process) for s in found] == [("127.0.0.1", 18789, "node"), ("::", 443, "nginx")]
    lsof = ("COMMAND   PID   USER   FD   TYPE DEVICE SIZE/OFF NODE NAME\n"
            "node      812   claw   21u  IPv4  12345      0t0  TCP 127.0.0.1:18789 (LISTEN)\n")  # fmt: skip
    host = read(lsof, FileKind.SOCKETS, "sudo lsof -i :18789").host
    assert [(s.address, s.port, s.pid) for s in host.sockets] == [("127.0.0.1", 18789, 812)]
    assert not host.sockets_known


S_CLIENT = """\
CONNECTED(00000003)
depth=0 CN = claw.example.net
verify error:num=20:unable to get local issuer certificate
---
Certificate chain
 0 s:CN = claw.example.net
   i:C = US, O = Let's Encrypt, CN = R11
   a:PKEY: id-ecPublicKey, 256 (bit); sigalg: RSA-SHA256
   v:NotBefore: Sep  1 00:00:00 2026 GMT; NotAfter: Nov 30 00:00:00 2026 GMT
---
Verify return code: 21 (unable to verify the first certificate)
"""


def test_s_client_shows_what_is_served() -> None:
    (found,) = read(
        S_CLIENT, FileKind.HANDSHAKE, "openssl s_client -connect 203.0.113.9:443 -servername claw.example.net"
    ).certificates
    assert (found.served, found.chain, found.subject, found.issuer) == (True, 1, "claw.example.net", "R11")
    assert (found.server_name, found.self_signed) == ("claw.example.net", False)
    assert "unable to get local issuer" in found.verify_error and found.not_after == 1795996800.0


def test_a_verified_chain_has_no_error() -> None:
    text = S_CLIENT.replace("verify error:num=20:unable to get local issuer certificate\n", "").replace(
        "21 (unable to verify the first certificate)", "0 (ok)").replace(
        "---\nVerify", " 1 s:C = US, O = Let's Encrypt, CN = R11\n   i:C = US, O = ISRG, CN = ISRG Root "
                       "X1\n---\nVerify")  # fmt: skip
    (found,) = read(text, FileKind.HANDSHAKE).certificates
    assert (found.chain, found.verify_error) == (2, "")


def test_a_port_that_does_not_speak_tls_is_a_failed_exchange() -> None:
    text = ("CONNECTED(00000003)\n40E7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:x.c:354:\n---\n"
            "no peer certificate available\n---\nVerify return code: 0 (ok)\n")  # fmt: skip
    found = answered(text, "openssl s_client -connect claw.example.net:443", FileKind.HANDSHAKE)
    assert (found.error, found.url) == ("tls-not-tls", "https://claw.example.net:443")


def test_openssl_x509_and_certbot_list_what_lies_on_the_disk() -> None:
    text = ("subject=CN = claw.example.net\nissuer=C = US, O = Let's Encrypt, CN = R11\n"
            "notBefore=Sep  1 00:00:00 2026 GMT\nnotAfter=Nov 30 00:00:00 2026 GMT\n")  # fmt: skip
    (found,) = read(text, FileKind.CERTIFICATE_TEXT, "openssl x509 -noout -dates -in /etc/ssl/claw.pem").certificates
    assert (found.served, found.path, found.not_after) == (False, "/etc/ssl/claw.pem", 1795996800.0)
    listed = ("Found the following certs:\n  Certificate Name: claw.example.net\n    Domains: claw.example.net "
              "www.claw.example.net\n"
              "    Expiry Date: 2026-11-20 00:00:00+00:00 (INVALID: EXPIRED)\n"
              "    Certificate Path: /etc/letsencrypt/live/claw.example.net/fullchain.pem\n")  # fmt: skip
    (kept,) = read(listed, FileKind.CERTIFICATE_TEXT).certificates
    assert kept.names == ("claw.example.net", "www.claw.example.net") and kept.not_after == 1795132800.0
    assert kept.path.endswith("fullchain.pem") and kept.at.line == 4


@pytest.mark.parametrize(("text", "command", "expected"), [
    (";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n;; QUESTION SECTION:\n;claw.example.net.\tIN\tA\n",
     "dig claw.example.net", {("claw.example.net", "A"): ()}),
    (";; QUESTION SECTION:\n;claw.example.net.  IN  AAAA\n\n;; ANSWER SECTION:\nclaw.example.net. 300 IN AAAA "
     "2001:db8::9\n",
     "", {("claw.example.net", "AAAA"): ("2001:db8::9",)}),
    ("203.0.113.9\n", "dig +short claw.example.net", {("claw.example.net", "A"): ("203.0.113.9",)}),
    ("", "dig +short AAAA claw.example.net", {("claw.example.net", "AAAA"): ()}),
    ("claw.example.net has address 203.0.113.9\nclaw.example.net has IPv6 address 2001:db8::9\n", "",
     {("claw.example.net", "A"): ("203.0.113.9",), ("claw.example.net", "AAAA"): ("2001:db8::9",)}),
    ("Host claw.example.net not found: 3(NXDOMAIN)\n", "host claw.example.net",
     {("claw.example.net", "A"): (), ("claw.example.net", "AAAA"): ()}),
    ("Server:\t\t127.0.0.53\nAddress:\t127.0.0.53#53\n\nName:\tclaw.example.net\nAddress: 203.0.113.9\n", "",
     {("claw.example.net", "A"): ("203.0.113.9",)}),
    ("** server can't find claw.example.net: NXDOMAIN\n", "", {("claw.example.net", "A"): (),
                                                                ("claw.example.net", "AAAA"): ()}),
    (";; connection timed out; no servers could be reached\n", "dig claw.example.net", {}),
    ("172.20.0.3  openclaw\n", "docker exec caddy getent hosts openclaw", {}),
])  # fmt: skip
def test_lookups(text: str, command: str, expected: dict[tuple[str, str], tuple[str, ...]]) -> None:
    found = read(text, FileKind.DNS, command).host.dns
    assert {(one.name, one.kind): one.values for one in found} == expected


def test_selinux_mode_booleans_and_labels() -> None:
    host = recorded.together([
        read("Enforcing\n", FileKind.SELINUX, "getenforce"),
        read("httpd_can_network_connect --> off\n", FileKind.SELINUX),
        read("drwx------. 5 claw claw unconfined_u:object_r:user_home_t:s0 60 Nov 20 10:00 .openclaw\n",
             FileKind.SELINUX, "ls -laZ /home/claw"),
    ]).host  # fmt: skip
    assert host.selinux is not None and host.selinux.value == "enforcing"
    assert host.sebooleans["httpd_can_network_connect"].value is False
    assert host.labels["/home/claw/.openclaw"].value == "unconfined_u:object_r:user_home_t:s0"


def firewall(text: str, command: str = "") -> Firewall:
    found = read(text, FileKind.FIREWALL, command).host.firewall
    assert found is not None
    return found


def test_ufw_says_what_it_lets_in() -> None:
    found = firewall("Status: active\nLogging: on (low)\nDefault: deny (incoming), allow (outgoing), deny (routed)\n\n"
                     "To                         Action      From\n--                         ------      ----\n"
                     "22/tcp                     ALLOW IN    Anywhere\n80,443/tcp (Nginx Full)    ALLOW IN    "
                     "Anywhere\n"
                     "18789                      DENY IN     Anywhere\n22/tcp (v6)                ALLOW IN    "
                     "Anywhere (v6)\n")  # fmt: skip
    assert (found.ufw_active, found.default_drop) == (True, True)
    assert found.ufw_allows == ("22/tcp", "80,443/tcp (Nginx Full)") and found.drops[0].at.line == 9
    assert firewall("Status: inactive\n").ufw_active is False


def test_rules_of_an_administrator_are_told_from_dockers_own() -> None:
    found = firewall("-P INPUT DROP\n-P FORWARD DROP\n-N DOCKER-USER\n-A FORWARD -m conntrack --ctstate INVALID -j "
                     "DROP\n"
                     "-A DOCKER-USER -i eth0 ! -s 192.0.2.0/24 -j DROP\n-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j "
                     "DROP\n")  # fmt: skip
    assert [drop.at.line for drop in found.drops] == [5] and found.default_drop is True
    listed = firewall("Chain INPUT (policy ACCEPT)\ntarget     prot opt source               destination\n"
                      "DROP       tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:443\n")  # fmt: skip
    assert [drop.at.line for drop in listed.drops] == [3] and listed.default_drop is False


@pytest.mark.parametrize(("text", "command", "present"), [
    ("Chain PREROUTING (policy ACCEPT)\nChain DOCKER (2 references)\n", "iptables -t nat -L -n", True),
    ("Chain PREROUTING (policy ACCEPT)\nChain POSTROUTING (policy ACCEPT)\n", "iptables -t nat -L -n", False),
    ("iptables: No chain/target/match by that name.\n", "iptables -t nat -L DOCKER", False),
    ("-P INPUT ACCEPT\n", "iptables -S", None),
    ("table ip nat {\n\tchain PREROUTING {\n\t}\n}\n", "nft list ruleset", False),
])  # fmt: skip
def test_dockers_chain_is_missing_only_where_it_would_be_listed(text: str, command: str, present: bool | None) -> None:
    assert firewall(text, command).docker_chains is present


def test_nftables_and_firewalld() -> None:
    found = firewall("table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n"
                     "\t\tct state invalid drop\n\t\ttcp dport 22 accept\n\ttcp dport 443 drop\n\t}\n}\n")  # fmt: skip
    assert [drop.at.line for drop in found.drops] == [6] and found.default_drop is True
    zone = firewall("public (active)\n  target: default\n  services: ssh http\n  ports: 8443/tcp\n  masquerade: no\n")
    assert zone.firewalld_allows == ("ssh", "http", "8443/tcp")


def test_disks_clock_addresses_and_owners() -> None:
    (disk,) = read("Filesystem      Size  Used Avail Use% Mounted on\ntmpfs 1G 0 1G 0% /run\n/dev/sda1        40G   "
                   "40G  1.5M 100% /\n",
                   FileKind.DISK).host.disks  # fmt: skip
    assert (disk.mount, disk.used_percent, disk.free_bytes) == ("/", 100.0, int(1.5 * 1024 * 1024))
    (inodes,) = read(
        "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 100 100 0 100% /\n", FileKind.DISK
    ).host.disks
    assert inodes.inodes_used_percent == 100.0 and inodes.used_percent is None
    offset = read(
        "Reference ID    : A\nSystem time     : 312.500 seconds slow of NTP time\n", FileKind.CLOCK
    ).host.clock_offset
    assert offset is not None and offset.value == -312.5
    assert read("    inet 127.0.0.1/8 scope host lo\n    inet 203.0.113.9/24 brd\n    inet6 fe80::1/64\n",
                FileKind.ADDRESSES).host.addresses == ("203.0.113.9",)  # fmt: skip
    owners = read("total 8\ndrwx------ 5 0 0 4096 Nov 20 10:00 .\n-rw-r--r-- 1 1000 1000 12 Nov 20 10:00 "
                  "openclaw.json\n",
                  FileKind.OWNERS, "ls -lan /opt/claw").host.owners  # fmt: skip
    assert {path: value.value for path, value in owners.items()} == {
        "/opt/claw": "0:0 700", "/opt/claw/openclaw.json": "1000:1000 644"}  # fmt: skip
    stat = "  File: /opt/claw\n  Size: 4096\nAccess: (0700/drwx------)  Uid: (    0/    root)   Gid: (    0/    root)\n"
    assert read(stat, FileKind.OWNERS).host.owners["/opt/claw"].value == "0:0 700"


@pytest.mark.parametrize(("text", "expected"), [
    ("nginx version: nginx/1.22.1\n", ("nginx", (1, 22, 1))),
    ("nginx version: openresty/1.27.1.1\n", ("nginx", (1, 27, 1, 1))),
    ("v2.11.7 h1:abc=\n", ("caddy", (2, 11, 7))),
])  # fmt: skip
def test_versions(text: str, expected: tuple[str, tuple[int, ...]]) -> None:
    assert read(text, FileKind.VERSION).versions == (expected,)


@pytest.mark.parametrize(("typed", "program", "container"), [
    ("sudo docker exec -it -u root nginx nginx -T", "nginx", "nginx"),
    ("docker compose -f a.yml exec -T caddy caddy version", "caddy", "caddy"),
    ("docker run --rm --network claw_default curlimages/curl -v http://openclaw:18789", "curl", "curlimages/curl"),
    ("docker logs --tail 50 openclaw", "docker", ""),
    ("kubectl exec claw -- curl -s localhost:18789", "curl", "claw"),
    ("curl -s 'https://claw.example.net/?a=b c", "curl", ""),
])  # fmt: skip
def test_a_command_tells_where_it_ran(typed: str, program: str, container: str) -> None:
    command = parsed(typed)
    assert (command.program, command.container) == (program, container)
