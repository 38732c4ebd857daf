"""compose/gateway/seed.mjs in the gateway's own image: its Node, and the JSON5 parser that it borrows from OpenClaw."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from clawkit import images
from clawkit.engine.images import DockerImages
from clawkit.render import templates_root
from clawkit.settings.model import Settings
from conftest import docker

pytestmark = [pytest.mark.docker, pytest.mark.timeout(900)]

DRIVER = """
const fs = require("fs"), {spawnSync} = require("child_process");
const {owned, target} = JSON.parse(fs.readFileSync(0));
const folder = fs.mkdtempSync("/tmp/seed-"), path = folder + "/openclaw.json";
fs.writeFileSync(folder + "/owned.json", JSON.stringify(owned));
if (target !== null) fs.writeFileSync(path, target);
const run = spawnSync("node", ["/clawkit/bin/seed.mjs", folder + "/owned.json", path]);
const read = (name) => fs.existsSync(folder + "/" + name) ? fs.readFileSync(folder + "/" + name, "utf8") : null;
console.log(JSON.stringify({
  code: run.status, said: String(run.stdout) + run.stderr, target: read("openclaw.json"),
  backup: read("openclaw.json.before-clawkit"), files: fs.readdirSync(folder).length,
  mode: fs.existsSync(path) ? fs.statSync(path).mode & 0o777 : null,
}));
"""

OWNED = {"gateway": {"port": 18789, "trustedProxies": ["10.77.10.2"],
                     "auth": {"token": {"source": "file", "provider": "clawkit", "id": "value"}}}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seeded:
    code: int
    said: str
    target: str | None
    backup: str | None
    files: int
    mode: int | None

    @property
    def config(self) -> Any:
        return json.loads(self.target or "null")


Seed = Callable[[str | None], Seeded]


@pytest.fixture(scope="module")
def seed() -> Iterator[Seed]:
    """Runs the script on a target that holds this text, None for none."""
    found = images.ensure(Settings.model_validate({}), DockerImages(), locked={}, say=lambda _: None)
    name = f"clawkit-test-seed-{secrets.token_hex(4)}"
    docker("run", "--detach", "--rm", "--name", name, "--network", "none", "--entrypoint", "sleep", "--volume",
           f"{templates_root()}/compose/gateway:/clawkit/bin:ro", found["gateway"].ref, "600")  # fmt: skip

    def seeded(target: str | None) -> Seeded:
        done = subprocess.run(["docker", "exec", "-i", name, "node", "-e", DRIVER], text=True, capture_output=True,
                              input=json.dumps({"owned": OWNED, "target": target}), timeout=60, check=True)  # fmt: skip
        return Seeded(**json.loads(done.stdout))

    try:
        yield seeded
    finally:
        docker("rm", "--force", name)


def test_a_first_start_writes_the_kits_keys_for_their_reader_alone(seed: Seed) -> None:
    first = seed(None)
    assert (first.code, first.config, first.mode, first.backup) == (0, OWNED, 0o600, None)


def test_the_users_keys_survive_beside_the_kits(seed: Seed) -> None:
    mine = {"agents": {"list": [1]}, "gateway": {"port": 1, "reload": {"mode": "off"}, "auth": {"mode": "token"}}}
    done = seed(json.dumps(mine))
    assert done.code == 0
    assert done.config["agents"] == {"list": [1]}
    assert done.config["gateway"]["reload"] == {"mode": "off"}
    assert done.config["gateway"]["auth"] == {"mode": "token", **OWNED["gateway"]["auth"]}  # type: ignore[dict-item]
    assert done.config["gateway"]["port"] == 18789
    assert json.loads(done.backup or "") == mine


def test_a_list_and_a_reference_of_the_kit_are_replaced_whole(seed: Seed) -> None:
    mine = {"gateway": {"trustedProxies": ["0.0.0.0/0"], "auth": {"token": {"source": "env", "id": "X", "more": 1}}}}
    assert seed(json.dumps(mine)).config == OWNED


def test_a_file_that_has_the_kits_values_is_not_touched(seed: Seed) -> None:
    text = f"// my own words\n{json.dumps(OWNED)}\n"
    done = seed(text)
    assert (done.code, done.said, done.target, done.backup) == (0, "", text, None)


def test_json5_of_the_user_is_read_with_openclaws_own_parser(seed: Seed) -> None:
    done = seed("// mine\n{agents: {defaults: {model: 'x'}},}\n")
    assert done.code == 0, done.said
    assert done.config == {"agents": {"defaults": {"model": "x"}}, **OWNED}
    assert done.backup is not None and "// mine" in done.backup


@pytest.mark.parametrize("text", ["{gateway: ", "", "\x00"])
def test_a_file_that_cannot_be_parsed_stops_the_start_with_78_and_stays(seed: Seed, text: str) -> None:
    done = seed(text)
    assert (done.code, done.target, done.backup, done.files) == (78, text, None, 2)
    assert "cannot be parsed" in done.said and "nothing was changed" in done.said
