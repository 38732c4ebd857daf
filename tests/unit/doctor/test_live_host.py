"""The host below: sockets, units, firewall, SELinux, disks and names, from what its own files and tools say."""

from __future__ import annotations

import os
from pathlib import Path

from clawkit.doctor.readers.live import disks, firewall, names, selinux, sockets, units

TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:4965 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1
"""


def test_a_socket_has_its_eldest_process(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net/tcp").write_text(TCP)
    for pid in ("812", "90"):
        (tmp_path / pid / "fd").mkdir(parents=True)
        (tmp_path / pid / "comm").write_text("nginx\n")
        os.symlink("socket:[111]", tmp_path / pid / "fd/6")
    (seen,) = sockets.sockets(tmp_path)
    assert (seen.address, seen.port, seen.process, seen.pid) == ("0.0.0.0", 443, "nginx", 90)


SHOWN = """Id=openclaw-gateway.service
LoadState=loaded
ActiveState=activating
ExecStart={ path=/usr/bin/node ; argv[]=/usr/bin/node /opt/openclaw/dist/index.js gateway --port 18789 --token abcdef123456 ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
Environment=OPENCLAW_GATEWAY_PORT=18789 OPENCLAW_GATEWAY_TOKEN=abcdef123456 "NOTE=two words"
Restart=always
User=claw
WorkingDirectory=/opt/openclaw
ExecMainStatus=1

Id=caddy.service
LoadState=not-found
ActiveState=inactive
"""  # noqa: E501


def test_units_that_are_there_are_read_and_their_secrets_are_not() -> None:
    (seen,) = units.read(SHOWN)
    assert (seen.name, seen.active, seen.restart, seen.exit_code, seen.user) == (
        "openclaw-gateway.service", "activating", "always", 1, "claw")  # fmt: skip
    assert seen.command is not None and "gateway --port 18789" in seen.command.value
    assert {name: value.value for name, value in seen.environment.items()} == {
        "OPENCLAW_GATEWAY_PORT": "18789", "OPENCLAW_GATEWAY_TOKEN": "***", "NOTE": "two words"}  # fmt: skip
    assert "abcdef123456" not in repr(seen)


def test_no_systemd_is_no_units() -> None:
    assert units.read("") == ()


RULES = """-P INPUT DROP
-P FORWARD DROP
-N DOCKER
-N DOCKER-USER
-A FORWARD -i br-0a1b -o br-0a1b -j DROP
-A INPUT -m conntrack --ctstate INVALID -j DROP
-A DOCKER-USER -p tcp -m tcp --dport 443 -j REJECT --reject-with icmp-port-unreachable
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
"""


def test_only_rules_that_somebody_made_count_as_drops() -> None:
    allows = "22/tcp            ALLOW       Anywhere\nNginx Full (v6)   ALLOW       Anywhere (v6)\n"
    seen = firewall.read(RULES, "-P PREROUTING ACCEPT\n-N DOCKER", f"Status: active\n\nTo  Action\n--  --\n{allows}")
    assert [rule.value.split(" -p")[0] for rule in seen.drops] == ["-A DOCKER-USER"]
    assert (seen.default_drop, seen.docker_chains, seen.ufw_active) == (True, True, True)
    assert seen.ufw_allows == ("22/tcp", "Nginx Full (v6)")


def test_chains_that_a_reload_has_flushed_are_missed() -> None:
    assert firewall.read("-P INPUT ACCEPT", "-P PREROUTING ACCEPT\n-N DOCKER_OUTPUT", None).docker_chains is False
    assert firewall.read(None, None, "Status: inactive").docker_chains is None


def test_selinux_as_the_kernel_says_it(tmp_path: Path) -> None:
    (tmp_path / "enforce").write_text("1")
    (tmp_path / "booleans").mkdir()
    (tmp_path / "booleans/httpd_can_network_connect").write_text("0 0")
    assert selinux.mode(tmp_path).value == "enforcing"
    assert {name: value.value for name, value in selinux.booleans(tmp_path).items()} == {
        "httpd_can_network_connect": False}  # fmt: skip
    assert selinux.mode(tmp_path / "none").value == "disabled"


def test_a_file_system_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    found = disks.disks([tmp_path, tmp_path / "a", tmp_path / "missing"])
    assert [disk.mount for disk in found].count(str(tmp_path)) == 1
    assert str(tmp_path / "a") not in [disk.mount for disk in found]
    assert all(disk.free_bytes is not None and 0 <= (disk.used_percent or 0) <= 100 for disk in found)


def test_the_first_line_of_the_hosts_file_that_names_it_counts(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost # here\n10.0.0.7\tClaw.lan claw\n192.0.2.1 claw.lan\n\n# 10.0.0.8 gone\n")
    found = names.hosts_file(path)
    assert {name: value.value for name, value in found.items()} == {
        "localhost": "127.0.0.1", "claw.lan": "10.0.0.7", "claw": "10.0.0.7"}  # fmt: skip
    assert found["claw.lan"].at.line == 2
