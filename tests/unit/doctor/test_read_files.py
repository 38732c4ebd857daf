"""Which files are taken up, and what each of them is, by its content before its name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clawkit.doctor.readers import collect
from clawkit.doctor.readers.kinds import FileKind, kind_of
from clawkit.doctor.readers.text import TextFile


def kind(text: str, name: str = "pasted") -> FileKind:
    return kind_of(TextFile(Path("/given") / name, name, text))


def shown(folder: Path) -> list[str]:
    return [file.shown for file in collect.collect([folder])[0]]


def test_a_folder_is_read_with_its_hidden_env_and_without_what_is_no_setup(tmp_path: Path) -> None:
    for name in ("compose.yaml", ".env", "conf.d/claw.conf", ".git/config", "node_modules/a/package.json", "logo.png",
                 "README.md", "openclaw.json.bak", "notes.md"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / "state.sqlite").write_bytes(b"SQLite format 3\0")
    (tmp_path / "blob").write_bytes(b"\x7fELF\0\0")
    assert shown(tmp_path) == [".env", "compose.yaml", "notes.md", "conf.d/claw.conf"]


def test_a_file_given_by_itself_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "Caddyfile.bak").write_text("claw.example.net {\n}\n")
    files, problems = collect.collect([tmp_path / "Caddyfile.bak"])
    assert [file.shown for file in files] == ["Caddyfile.bak"] and not problems


def test_a_path_that_does_not_exist_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "nginx.conf").write_text("events {}\n")
    files, problems = collect.collect([tmp_path / "absent.log", tmp_path])
    assert [file.shown for file in files] == ["nginx.conf"]
    assert [problem.message for problem in problems] == ["no such file or folder"]


def test_a_dangling_link_is_named(tmp_path: Path) -> None:
    os.symlink("../../archive/claw/fullchain1.pem", tmp_path / "fullchain.pem")
    assert [p.message for p in collect.collect([tmp_path])[1]] == ["not a regular file"]


def test_of_a_large_log_the_end_is_kept_and_another_large_file_is_named(tmp_path: Path) -> None:
    line = "2026/11/24 10:00:00 [error] 7#7: something\n"
    (tmp_path / "error.log").write_text("first\n" + line * (3 * 1024 * 1024 // len(line)))
    (tmp_path / "dump.sql").write_text("x" * (collect.LARGEST + 1))
    files, problems = collect.collect([tmp_path])
    assert [file.shown for file in files] == ["error.log (last 2 MB)"]
    assert len(files[0].text) <= collect.LOG_TAIL and files[0].text.startswith("2026/11/24")
    assert [problem.message for problem in problems] == ["larger than 5 MB"]


@pytest.mark.parametrize("raw", [
    b"\xef\xbb\xbfport: 1\r\nbind: lan\r\n", "port: 1\r\nbind: lan\r\n".encode("utf-16"), b"port: 1\nbind: lan\n",
], ids=["bom and crlf", "utf-16", "plain"])  # fmt: skip
def test_the_text_is_as_an_editor_shows_it(raw: bytes) -> None:
    assert collect.decoded(raw) == "port: 1\nbind: lan\n"


def test_odd_characters_do_not_shift_line_numbers() -> None:
    text = collect.decoded("a\x0cb\u2028c\rd\nsecond".encode())
    assert text is not None and text.splitlines() == ["a b c d", "second"]


@pytest.mark.parametrize(("text", "expected"), [
    ("server {\n  listen 443 ssl;\n  location / { proxy_pass http://127.0.0.1:18789; }\n}\n", FileKind.NGINX),
    ("location / {\n    proxy_pass http://openclaw:18789;\n    proxy_set_header Host $host;\n}\n", FileKind.NGINX),
    ("# configuration file /etc/nginx/nginx.conf:\nuser www-data;\nevents {}\n", FileKind.NGINX),
    ("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n# configuration file /etc/nginx/nginx.conf:\n"
     "worker_processes auto;\nhttp {\n  server {\n listen 80;\n server_name claw.example.net;\n}\n}\n", FileKind.NGINX),
    ("server\n{\n\tlisten 80\n\tserver_name claw.example.net;\n\tlocation /\n\t{\n\t\tproxy_pass "
     "http://claw:18789;\n\t}\n}\n",
     FileKind.NGINX),
    ("claw.example.net {\n\treverse_proxy openclaw:18789\n}\n", FileKind.CADDYFILE),
    ("{\n\temail me@example.net\n}\n\nhttps://claw.example.net:8443 {\n  tls internal\n  reverse_proxy "
     "127.0.0.1:18789\n}\n",
     FileKind.CADDYFILE),
    (":80\nreverse_proxy localhost:18789\n", FileKind.CADDYFILE),
    ("claw.example.net {\n  gzip\n  proxy / localhost:18789 {\n    websocket\n    transparent\n  }\n}\n",
     FileKind.CADDYFILE),
    ('{"apps": {"http": {"servers": {"srv0": {"listen": [":443"]}}}}}', FileKind.CADDY_JSON),
    ("# ours\nservices:\n  openclaw:\n    image: openclaw/openclaw:latest\n", FileKind.COMPOSE),
    ("version: '3.8'\nx-log: &log\n  driver: local\nservices:\n  a:\n    image: caddy:2\n", FileKind.COMPOSE),
    ("OPENCLAW_GATEWAY_TOKEN=abc\n# a comment\nexport DOMAIN=claw.example.net\n", FileKind.DOTENV),
    ("// mine\n{\n  gateway: {\n    mode: 'local',\n    bind: 'lan', // all\n  },\n}\n", FileKind.OPENCLAW),
    ('{"gateway":{"mode":"local","trustedProxies":["172.20.0.2"]}}', FileKind.OPENCLAW),
    ("[Unit]\nDescription=OpenClaw\n[Service]\nExecStart=/usr/bin/openclaw gateway\n", FileKind.UNIT),
    ("● nginx.service - A high performance web server\n     Loaded: loaded (/lib/systemd/system/nginx.service)\n"
     "     Active: failed (Result: exit-code)\n", FileKind.UNIT_STATUS),
    ("entryPoints:\n  web:\n    address: ':80'\nproviders:\n  docker: {}\n", FileKind.TRAEFIK),
    ("[http.routers.claw]\nrule = 'Host(`claw.example.net`)'\n", FileKind.TRAEFIK),
    ("#!/bin/sh\ndocker run -d --name openclaw -p 18789:18789 openclaw/openclaw\n", FileKind.DOCKER_RUN),
    ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", FileKind.PEM),
    ("127.0.0.1 localhost\n::1 ip6-localhost\n192.0.2.7 claw.example.net\n", FileKind.HOSTS_FILE),
])  # fmt: skip
def test_a_configuration_is_known_under_any_name(text: str, expected: FileKind) -> None:
    assert kind(text) is expected
    assert kind(text, "copy.txt") is expected


@pytest.mark.parametrize(("text", "expected"), [
    ("2026/11/24 10:00:01 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream\n",
     FileKind.NGINX_LOG),
    ('203.0.113.9 - - [24/Nov/2026:10:00:01 +0000] "GET / HTTP/2.0" 502 157 "-" "Mozilla/5.0"\n', FileKind.ACCESS_LOG),
    ('{"ts":"2026-11-24T10:00:01+00:00","client":"203.0.113.9","host":"claw.example.net","method":"GET","path":"/",'
     '"status":502,"upstream":"172.20.0.3:18789","upstream_connect":"-"}\n', FileKind.ACCESS_LOG),
    ('{"level":"error","ts":1795339275.5,"logger":"http.log.error","msg":"dial tcp: connection refused"}\n',
     FileKind.CADDY_LOG),
    ("2026/11/24 10:00:01.123\t\x1b[31mERROR\x1b[0m\thttp.log.error\tEOF\t{\"status\": 502}\n", FileKind.CADDY_LOG),
    ("\x1b[90m2026-11-24T10:00:01.123+00:00\x1b[0m \x1b[36m[gateway]\x1b[0m ready\n", FileKind.GATEWAY_LOG),
    ("2026-11-24T10:00:01Z [ws] closed before connect code=1008 reason=pairing required\n", FileKind.GATEWAY_LOG),
    ("2026-11-24 10:00:01,123:DEBUG:certbot._internal.main:certbot version: 5.8.0\n", FileKind.ACME_LOG),
    ("[Tue Nov 24 10:00:01 UTC 2026] claw.example.net:Verify error\n", FileKind.ACME_LOG),
    ("type=AVC msg=audit(1795339275.123:99): avc:  denied  { name_connect } for  pid=1 comm=\"nginx\"\n",
     FileKind.KERNEL_LOG),
    ("[ 1234.567890] Out of memory: Killed process 4242 (node)\n", FileKind.KERNEL_LOG),
    ("nginx-1     | 2026/11/24 10:00:01 [emerg] 1#1: host not found in upstream\nopenclaw-1  | [gateway] ready\n",
     FileKind.DOCKER_LOG),
    ("WebSocket connection to 'wss://claw.example.net/' failed: \n", FileKind.CONSOLE),
])  # fmt: skip
def test_a_log_is_known_by_its_lines(text: str, expected: FileKind) -> None:
    assert kind(text, "pasted.txt") is expected


@pytest.mark.parametrize(("text", "expected"), [
    ("*   Trying 203.0.113.9:443...\n* Connected to claw.example.net\n< HTTP/2 502\n", FileKind.CURL),
    ("HTTP/1.1 502 Bad Gateway\nServer: nginx/1.22.1\n\n<html>", FileKind.CURL),
    ("curl: (7) Failed to connect to 127.0.0.1 port 18789: Connection refused\n", FileKind.CURL),
    ("error: Unexpected server response: 200\n", FileKind.WEBSOCKET),
    ("CONNECTED(00000003)\n---\nCertificate chain\n 0 s:CN = claw\n", FileKind.HANDSHAKE),
    ("notBefore=Nov  1 00:00:00 2026 GMT\nnotAfter=Nov 20 00:00:00 2026 GMT\n", FileKind.CERTIFICATE_TEXT),
    ("; <<>> DiG 9.18 <<>> claw.example.net\n;; Got answer:\n", FileKind.DNS),
    ("claw.example.net has address 203.0.113.9\n", FileKind.DNS),
    ("CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES\n", FileKind.DOCKER_PS),
    ("NAME      IMAGE     COMMAND   SERVICE   CREATED   STATUS    PORTS\n", FileKind.DOCKER_PS),
    ('[{"Name": "/openclaw", "State": {"Status": "exited"}}]', FileKind.INSPECT),
    ('[{"Name": "claw_default", "IPAM": {"Config": []}, "Containers": {}}]', FileKind.INSPECT),
    ("State   Recv-Q  Send-Q  Local Address:Port\nLISTEN 0 511 127.0.0.1:18789 0.0.0.0:*\n", FileKind.SOCKETS),
    ("tcp  0  0 0.0.0.0:80  0.0.0.0:*  LISTEN  1234/nginx\n", FileKind.SOCKETS),
    ("Enforcing\n", FileKind.SELINUX),
    ("httpd_can_network_connect --> off\n", FileKind.SELINUX),
    ("drwx------. root root unconfined_u:object_r:user_home_t:s0 .openclaw\n", FileKind.SELINUX),
    ("Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1 40G 40G 0 100% /\n", FileKind.DISK),
    ("Status: active\n\nTo   Action  From\n--   ------  ----\n22/tcp   ALLOW   Anywhere\n", FileKind.FIREWALL),
    ("-P INPUT DROP\n-A DOCKER-USER -i eth0 -j DROP\n", FileKind.FIREWALL),
    ("table ip nat {\n\tchain PREROUTING {\n\t}\n}\n", FileKind.FIREWALL),
    ("               Local time: Tue 2026-11-24 10:00:00 UTC\nSystem clock synchronized: no\n", FileKind.CLOCK),
    ("2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500\n    inet 203.0.113.9/24 scope global eth0\n", FileKind.ADDRESSES),
    ("nginx version: nginx/1.22.1\n", FileKind.VERSION),
])  # fmt: skip
def test_recorded_output_is_known_without_its_command(text: str, expected: FileKind) -> None:
    assert kind(text, "out.txt") is expected


def test_a_terminal_session_and_notes_are_taken_apart() -> None:
    assert kind("$ docker ps -a\nCONTAINER ID   IMAGE\n", "terminal.txt") is FileKind.SESSION
    assert kind("root@vps:~# ss -ltnp\nState\n", "a.txt") is FileKind.SESSION
    assert kind("My setup:\n\n```nginx\nserver {}\n```\n", "notes.md") is FileKind.SESSION


def test_comments_of_a_configuration_are_no_prompts() -> None:
    text = "# docker network: claw\n# curl works from inside\nclaw.example.net {\n\treverse_proxy openclaw:18789\n}\n"
    assert kind(text, "Caddyfile") is FileKind.CADDYFILE
    assert kind("# nginx in front\nservices:\n  a:\n    image: b\n", "stack.yml") is FileKind.COMPOSE


def test_what_nobody_knows_is_unknown() -> None:
    assert kind("apiVersion: v1\nkind: Secret\n", "secret.yaml") is FileKind.UNKNOWN


def test_settings_that_a_shell_sources_and_a_programs_own_log_are_no_proxys_configuration() -> None:
    sourced = '# source config/vault.conf\nexport VAULT="A"\nload() {\n    if [[ -f "$1" ]]; then\n        return 0\n'
    assert kind(f"{sourced}    fi\n}}\n", "vault.conf") is FileKind.UNKNOWN
    watch = "include: /Users/me/watch.py can't be opened: [Errno 1] Operation not permitted\n"
    assert kind(watch + "Watch run complete. Detected: 6.\n" * 9, "watchdog.log") is not FileKind.NGINX
    assert kind("server {\n    listen 80;\n    server_name claw.example.net;\n}\n", "dump.log") is FileKind.NGINX


def test_a_block_far_down_in_a_document_is_told_as_fast_as_one_at_its_beginning() -> None:
    text = "\n" * 200_000 + "server {\n    listen 80;\n}\n"
    assert kind(text) is FileKind.NGINX


def test_templates_and_sources_of_other_languages_are_left_out_of_a_folder(tmp_path: Path) -> None:
    for name in ("openclaw.json.envsubst", "build.gradle.kts", "appcast.xml", "claw.conf.erb", "openclaw.json"):
        (tmp_path / name).write_text("import com.example.Tool\n")
    assert shown(tmp_path) == ["openclaw.json"]
