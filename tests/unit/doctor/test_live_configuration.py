"""The configuration that runs in a container, and whether it is the one on disk."""

from __future__ import annotations

import json
import time
from typing import Any

from live_view import FakeView, container, tar

from clawkit.doctor.readers.live import caddy, inside, nginx, openclaw
from clawkit.doctor.readers.live.configuration import configuration
from clawkit.doctor.readers.live.role import Role, role
from clawkit.engine.view import Process, Ran

DUMP = "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp {}\n"
NGINX = {"Config": {"Image": "nginx:1.27-alpine"}, "Path": "nginx", "Args": ["-g", "daemon off;"]}
WORKER = Process(100.0, "nginx: worker process")


def dumping(text: str = DUMP, *more: str, age: float = 100.0, changed: float = 0.0) -> FakeView:
    stat = ("stat", "-L", "-c", "%Y %n", "/etc/nginx/nginx.conf")
    master = Process(5000.0, f"nginx: master process nginx {' '.join(more)} -g daemon off;")
    return FakeView(
        answers={("nginx", "-T", *more): Ran(0, text, ""), stat: Ran(0, f"{int(changed)} /etc/nginx/nginx.conf\n", "")},
        running=(master, Process(age, "nginx: worker process")),
    )


def test_nginx_is_asked_for_all_that_it_includes() -> None:
    found = configuration(dumping(), container("edge", **NGINX))
    assert [file.text for file in found.files] == [DUMP]
    assert found.files[0].shown == "docker exec edge nginx -T"
    assert found.unloaded == () and found.words is None


def test_nginx_is_asked_with_the_options_of_the_one_that_runs() -> None:
    view = dumping(DUMP, "-e", "stderr", "-c", "/etc/clawkit/nginx.conf")
    assert configuration(view, container("edge", **NGINX)).files
    assert nginx.options((Process(1.0, "nginx: master process /usr/sbin/nginx -g daemon off;"),)) == ()


def test_a_file_that_is_younger_than_the_workers_was_not_loaded() -> None:
    now = time.time()
    late = configuration(dumping(age=100, changed=now - 50), container("edge", **NGINX))
    assert [str(problem.at) for problem in late.unloaded] == ["edge:/etc/nginx/nginx.conf"]
    assert configuration(dumping(age=100, changed=now - 150), container("edge", **NGINX)).unloaded == ()


def test_old_workers_that_finish_their_work_do_not_count() -> None:
    old, new = Process(900.0, "nginx: worker process is shutting down"), Process(5.0, "nginx: worker process")
    assert abs((nginx.taken_up((old, new)) or 0) - (time.time() - 5)) < 1


def test_words_of_an_nginx_that_refuses_its_files_are_kept_and_the_files_read_all_the_same() -> None:
    fault = 'nginx: [emerg] unknown "connection_upgrade" variable\nnginx: configuration file test failed\n'
    view = FakeView(
        answers={("nginx", "-T"): Ran(1, "", fault)},
        running=(WORKER,),
        files={"/etc/nginx/nginx.conf": "events {}", "/etc/nginx/conf.d/claw.conf": "server {}"},
    )
    found = configuration(view, container("edge", **NGINX))
    assert found.words is not None and "connection_upgrade" in found.words.text
    assert {str(file.path) for file in found.files} == {"/etc/nginx/nginx.conf", "/etc/nginx/conf.d/claw.conf"}


def test_the_files_of_an_nginx_that_does_not_run_come_from_the_engine() -> None:
    view = FakeView(files={"/etc/nginx/nginx.conf": "events {}"})
    found = configuration(view, container("edge", **NGINX, State={"Status": "restarting", "ExitCode": 1}))
    assert [file.shown for file in found.files] == ["edge:/etc/nginx/nginx.conf"]
    assert view.asked == []


CADDY = {"Config": {"Image": "caddy:2"}, "Path": "caddy", "Args": ["run", "--config", "/etc/caddy/Caddyfile"]}
CADDYFILE = "claw.example.net {\n\treverse_proxy openclaw:18789\n}\n"


def running_caddy(running: object, adapted: object) -> FakeView:
    return FakeView(
        files={"/etc/caddy/Caddyfile": CADDYFILE},
        answers={
            ("caddy", "adapt", "--config", "/etc/caddy/Caddyfile"): Ran(0, json.dumps(adapted), ""),
            ("sh", "-c", caddy.RUNNING.format("localhost:2019")): Ran(0, json.dumps(running), ""),
        },
    )


def test_a_caddy_that_runs_what_its_file_says_is_not_reported() -> None:
    found = configuration(running_caddy({"apps": {"http": {}}}, {"apps": {"http": {}}}), container("edge", **CADDY))
    assert [(file.shown, file.text) for file in found.files] == [("edge:/etc/caddy/Caddyfile", CADDYFILE)]
    assert found.unloaded == ()


def test_a_caddy_that_a_script_has_started_is_asked_for_the_file_that_it_was_started_with() -> None:
    ours, files = "/etc/clawkit/Caddyfile", {"/etc/clawkit/Caddyfile": CADDYFILE}
    lines = ("docker-init -- sh /etc/clawkit/run.sh", "sh /etc/clawkit/run.sh",
             f"caddy run --config {ours} --adapter caddyfile")  # fmt: skip
    asked = ("caddy", "adapt", "--config", ours, "--adapter", "caddyfile")
    view = FakeView(files=files, answers={asked: Ran(0, '{"apps": {}}', "")},
                    running=tuple(Process(9.0, line) for line in lines))  # fmt: skip
    script = {"Config": {"Image": "caddy:2"}, "Path": "sh", "Args": ["/etc/clawkit/run.sh"]}
    found = configuration(view, container("edge", **script))
    assert [file.shown for file in found.files] == [f"edge:{ours}"]


def test_a_caddy_that_was_not_reloaded_is() -> None:
    found = configuration(
        running_caddy({"apps": {"http": {"old": 1}}}, {"apps": {"http": {}}}), container("e", **CADDY)
    )
    assert "not reloaded" in found.unloaded[0].message


def test_a_caddy_without_an_admin_api_is_taken_at_its_file() -> None:
    view = FakeView(
        files={"/etc/caddy/Caddyfile": "{\n\tadmin off\n}\n" + CADDYFILE},
        answers={("caddy", "adapt", "--config", "/etc/caddy/Caddyfile"): Ran(0, '{"apps": {}}', "")},
    )
    assert configuration(view, container("edge", **CADDY)).unloaded == ()


def test_what_caddy_says_against_its_file_is_kept() -> None:
    words = "Error: adapting config using caddyfile: /etc/caddy/Caddyfile:2: unrecognized directive: reverse_prox\n"
    view = FakeView(
        files={"/etc/caddy/Caddyfile": CADDYFILE},
        answers={("caddy", "adapt", "--config", "/etc/caddy/Caddyfile"): Ran(1, "", words)},
    )
    found = configuration(view, container("edge", **CADDY))
    assert found.words is not None and found.words.text == words


def test_openclaws_file_is_looked_for_where_its_environment_says() -> None:
    view = FakeView(files={"/data/oc/openclaw.json": "{}", "/home/node/.openclaw/openclaw.json": "{old: 1}"})
    found = openclaw.look(view, container(Config={"Env": ["OPENCLAW_STATE_DIR=/data/oc/"]}))
    assert found is not None and found.shown == "claw:/data/oc/openclaw.json"
    usual = openclaw.look(view, container())
    assert usual is not None and str(usual.path) == "/home/node/.openclaw/openclaw.json"
    assert openclaw.look(FakeView(), container()) is None


def test_links_inside_a_folder_are_followed_and_others_left_out() -> None:
    data = tar(
        {"nginx/sites-available/claw": "server {}"},
        {"nginx/sites-enabled/claw": "../sites-available/claw", "nginx/modules": "/usr/lib/nginx/modules"},
    )
    assert inside.unpacked(data, "/etc") == {
        "/etc/nginx/sites-available/claw": "server {}",
        "/etc/nginx/sites-enabled/claw": "server {}",
    }


def test_binaries_and_broken_archives_are_no_text() -> None:
    assert inside.unpacked(tar({"nginx/dhparam.der": "\0\1"}), "/etc") == {}
    assert inside.unpacked(b"not a tar", "/etc") == {}


def test_who_a_container_is() -> None:
    def of(image: str, *command: str, **more: Any) -> Role:
        return role(container(Config={"Image": image}, Path=command[0], Args=list(command[1:]), **more))

    assert of("clawkit/nginx:bookworm", "sh", "/etc/clawkit/run.sh") is Role.NGINX
    assert of("jc21/nginx-proxy-manager:latest", "/init") is Role.NGINX
    assert of("lucaslorentz/caddy-docker-proxy:2.9", "/bin/caddy", "docker-proxy") is Role.CADDY
    assert of("traefik:v3.1", "traefik") is Role.TRAEFIK
    assert of("certbot/certbot", "certbot", "renew") is Role.ACME
    assert of("ghcr.io/openclaw/openclaw:latest", "node", "openclaw.mjs", "gateway") is Role.GATEWAY
    assert of("node:22", "npx", "openclaw", "gateway", "--bind", "lan") is Role.GATEWAY
    assert of("openclaw-sandbox:bookworm-slim", "sleep", "infinity") is Role.OTHER
    assert of("postgres:16", "postgres") is Role.OTHER
    mount = [{"Type": "bind", "Source": "/srv/Caddyfile", "Destination": "/etc/caddy/Caddyfile"}]
    assert of("registry.example/edge:3", "/entry.sh", Mounts=mount) is Role.CADDY
