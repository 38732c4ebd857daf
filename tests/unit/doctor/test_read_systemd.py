"""Unit files, their drop-ins and environment files, and recorded states."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from clawkit.doctor.model.host import Unit
from clawkit.doctor.readers import systemd
from clawkit.doctor.readers.text import TextFile

USER_FOLDER = "/home/ann/.config/systemd/user"


def file(text: str, path: str = "/etc/systemd/system/openclaw-gateway.service") -> TextFile:
    return TextFile(Path(path), path.rsplit("/", 1)[-1], dedent(text))


def read(text: str, *files: TextFile, path: str = "/etc/systemd/system/openclaw-gateway.service") -> Unit:
    found = systemd.read(file(text, path), files)
    assert found is not None
    return found


UNIT = """\
    [Unit]
    Description=OpenClaw Gateway
    After=network-online.target

    [Service]
    # kept short
    ExecStart=-/usr/bin/node /usr/lib/node_modules/openclaw/dist/index.js gateway \\
      --port 18789
    Environment="OPENCLAW_STATE_DIR=/home/ann/my state" OPENCLAW_GATEWAY_TOKEN=3f9c0e7d5b1a4c2e
    Environment=NODE_ENV=production
    EnvironmentFile=-/etc/openclaw/gateway.env
    Restart=always
    User=ann
    WorkingDirectory=/home/ann

    [Install]
    WantedBy=multi-user.target
    """


def test_reads_a_unit_file_with_continued_lines_and_quoted_variables() -> None:
    found = read(UNIT)
    assert found.name == "openclaw-gateway.service"
    assert found.command is not None
    assert (
        " ".join(found.command.value.split())
        == "/usr/bin/node /usr/lib/node_modules/openclaw/dist/index.js gateway --port 18789"
    )
    assert found.command.at.line == 7
    values = {name: value.value for name, value in found.environment.items()}
    assert values["OPENCLAW_STATE_DIR"] == "/home/ann/my state" and values["NODE_ENV"] == "production"
    assert "3f9c0e7d5b1a4c2e" not in found.environment["OPENCLAW_GATEWAY_TOKEN"].at.text
    assert (found.restart, found.user, found.working_directory, found.user_scope) == (
        "always",
        "ann",
        "/home/ann",
        False,
    )
    assert found.active == ""


def test_an_environment_file_among_those_given_beats_environment() -> None:
    env = file("NODE_ENV=other\nOPENCLAW_GATEWAY_PORT=18790\n", "/etc/openclaw/gateway.env")
    found = read(UNIT, env)
    assert found.environment["NODE_ENV"].value == "other"
    assert str(found.environment["OPENCLAW_GATEWAY_PORT"].at) == "gateway.env:2"


def test_a_drop_in_takes_back_and_sets_anew() -> None:
    folder = f"{USER_FOLDER}/openclaw-gateway.service.d"
    override = file(
        "[Service]\nExecStart=\nExecStart=/usr/bin/openclaw gateway --bind lan\n", f"{folder}/override.conf"
    )
    found = read(UNIT, override, path=f"{USER_FOLDER}/openclaw-gateway.service")
    assert found.command is not None and found.command.value == "/usr/bin/openclaw gateway --bind lan"
    assert found.user_scope
    assert systemd.read(override) is None


def test_what_systemctl_cat_prints_names_its_unit() -> None:
    found = read(
        f"# {USER_FOLDER}/clawd.service\n[Service]\nExecStart=/usr/bin/openclaw gateway\n", path="/tmp/unit.txt"
    )
    assert (found.name, found.user_scope) == ("clawd.service", True)


def test_a_recorded_status_of_a_running_unit() -> None:
    found = read(
        """\
        ● openclaw-gateway.service - OpenClaw Gateway (v2026.9.6)
             Loaded: loaded (/home/ann/.config/systemd/user/openclaw-gateway.service; enabled; preset: enabled)
             Active: active (running) since Tue 2026-11-24 09:12:01 UTC; 3h ago
           Main PID: 991 (node)
             CGroup: /user.slice/user-1000.slice/user@1000.service/app.slice/openclaw-gateway.service
                     └─991 /usr/bin/node /usr/lib/node_modules/openclaw/dist/index.js gateway --port 18789
        """,
        path="/given/status.txt",
    )
    assert (found.name, found.active, found.main_pid, found.user_scope) == (
        "openclaw-gateway.service",
        "active",
        991,
        True,
    )
    assert found.command is not None and found.command.value.endswith("gateway --port 18789")
    assert found.exit_code is None and found.at.line == 3


def test_a_recorded_status_of_a_failed_unit() -> None:
    found = read(
        """\
        × openclaw.service - OpenClaw
             Loaded: loaded (/etc/systemd/system/openclaw.service; enabled)
             Active: failed (Result: exit-code) since Tue 2026-11-24 09:12:01 UTC; 3s ago
            Process: 4711 ExecStart=/usr/bin/openclaw gateway --token 3f9c0e7d5b1a4c2e (code=exited, status=78)
           Main PID: 4711 (code=exited, status=78)
        """,  # noqa: RUF001
        path="/given/status.txt",
    )
    assert (found.active, found.exit_code, found.main_pid) == ("failed", 78, 4711)
    assert found.command is not None and "3f9c0e7d5b1a4c2e" not in found.command.at.text


def test_what_systemctl_show_prints() -> None:
    found = read(
        """\
        Id=openclaw-gateway.service
        ActiveState=activating
        MainPID=0
        ExecMainStatus=1
        Restart=always
        FragmentPath=/usr/lib/systemd/user/openclaw-gateway.service
        ExecStart={ path=/usr/bin/openclaw ; argv[]=/usr/bin/openclaw gateway --port 18789 ; ignore_errors=no }
        """,
        path="/given/show.txt",
    )
    assert (found.active, found.exit_code, found.main_pid, found.restart) == ("activating", 1, None, "always")
    assert found.command is not None and found.command.value == "/usr/bin/openclaw gateway --port 18789"
    assert found.user_scope


def test_other_text_is_no_unit() -> None:
    for text in ("", "server { listen 80; }\n", "[Unit]\nDescription=x\n", "services: {}\n"):
        assert systemd.read(file(text)) is None
