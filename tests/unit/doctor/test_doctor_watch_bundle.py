"""`clawkit doctor --watch` and `--bundle`: who is told what and when, and that no secret is in the archive."""

from __future__ import annotations

import json
import shutil
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from doctor_said import command_line

CASES = Path(__file__).parents[2] / "cases"
BROKEN = CASES / "upstream-wrong-port" / "found_guides_3000"
WELL = CASES / "healthy" / "nginx_in_compose_with_resolver_variable"
SECRET = "q7Zt-not-for-your-eyes-91"


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A webhook on loopback and what it was told."""
    told: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", told
    finally:
        server.shutdown()
        server.server_close()


def test_it_is_silent_while_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = command_line(capsys)("doctor", WELL, "--watch", "--once", "--state", tmp_path / "state")
    assert (said.code, said.out, said.err) == (0, "", "")


def test_it_tells_once_that_it_broke_and_once_that_it_is_well(
    tmp_path: Path, hook: tuple[str, list[dict[str, object]]], capsys: pytest.CaptureFixture[str]
) -> None:
    url, told = hook
    folder, out = tmp_path / "mine", tmp_path / "out"
    words = ("doctor", folder, "--watch", "--once", "--state", tmp_path / "state", "--webhook", url,
             "--notify", f'echo "$CLAWKIT_HEALTHY $CLAWKIT_CAUSE" >> {out}')  # fmt: skip
    codes = []
    for case in (WELL, BROKEN, BROKEN, WELL, WELL):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(case, folder)
        codes.append(command_line(capsys)(*words).code)
    assert codes == [0, 1, 1, 0, 0]
    assert out.read_text().splitlines() == ["0 upstream-wrong-port", "1 "]
    assert [(one["healthy"], one["cause"]) for one in told] == [(False, "upstream-wrong-port"), (True, "")]
    assert "openclaw:3000" in str(told[0]["text"]) and "healthy again" in str(told[1]["text"])


def test_who_could_not_be_told_is_told_at_the_next_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("doctor", BROKEN, "--watch", "--once", "--state", tmp_path / "state", "--notify", "exit 3")
    assert "told again at the next look" in command_line(capsys)(*words).err
    out = tmp_path / "out"
    command_line(capsys)(*words[:-1], f"echo told > {out}")
    assert out.read_text() == "told\n"


def test_a_watch_that_sees_nothing_is_not_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    words = ("doctor", tmp_path / "empty", "--watch", "--once", "--state", tmp_path / "state")
    assert command_line(capsys)(*words).code == 3


def test_a_program_gets_an_object_at_every_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = command_line(capsys)("doctor", WELL, "--watch", "--once", "--json", "--state", tmp_path / "state")
    assert json.loads(said.out)["healthy"] is True


def seeded(tmp_path: Path) -> Path:
    """A broken setup with the same secret at every place where people keep one."""
    folder = tmp_path / "mine"
    shutil.copytree(BROKEN, folder)
    (folder / ".env").write_text(f"OPENCLAW_GATEWAY_TOKEN={SECRET}\n")
    (folder / "privkey.pem").write_text(f"{SECRET}\n")
    (folder / "error.log").write_text(
        "2026/11/20 09:14:02 [error] 31#31: *7 connect() failed (111: Connection refused) while connecting to "
        f'upstream, client: 203.0.113.9, server: x, request: "GET /?token={SECRET} HTTP/1.1", upstream: '
        '"http://127.0.0.1:3000/", host: "x"\n'
    )
    nginx = folder / "nginx.conf"
    nginx.write_text(f"# Authorization: Bearer {SECRET}\n# http://h/?token={SECRET}\n{nginx.read_text()}")
    for config in folder.rglob("openclaw.json"):
        config.write_text(json.dumps({"gateway": {"auth": {"mode": "token", "token": SECRET}}}, indent=1))
    for compose in [*folder.rglob("compose*.y*ml"), *folder.rglob("docker-compose*.y*ml")]:
        text = compose.read_text()
        compose.write_text(f"x-env: &env\n  OPENCLAW_GATEWAY_TOKEN: {SECRET}\n  API_KEY: '{SECRET}'\n{text}")
    return folder


def test_no_secret_is_in_the_archive_nor_in_anything_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, archive, page = seeded(tmp_path), tmp_path / "bundle.tar.gz", tmp_path / "page.html"
    assert sum(SECRET in path.read_text() for path in folder.rglob("*") if path.is_file()) >= 5
    said = command_line(capsys)("doctor", folder, "--bundle", archive, "--html", page, "-v")
    assert said.code == 1, said.err
    with tarfile.open(archive) as members:
        read = {one.name: (members.extractfile(one) or page.open("rb")).read().decode() for one in members}
    assert {"clawkit-doctor/diagnosis.json", "clawkit-doctor/versions.json"} <= set(read)
    assert any(name.endswith("nginx.conf") for name in read) and any(name.endswith("openclaw.json") for name in read)
    assert [name for name, text in read.items() if SECRET in text] == []
    assert not [name for name in read if ".env" in name or "privkey" in name]
    assert SECRET not in said.out + said.err + page.read_text()
    assert archive.stat().st_mode & 0o777 == 0o600
