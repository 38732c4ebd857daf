"""The Docker engine through python-on-whales: the only room that imports it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clawkit.engine.container import Inspection, read
from clawkit.engine.ports import EngineInfo, Health, Project, Service, State
from clawkit.errors import EngineError, EnvironmentMissing
from clawkit.settings.secret import Secret

if TYPE_CHECKING:
    from python_on_whales import DockerClient

log = logging.getLogger(__name__)

QUICK_SECONDS = 30
UP_SECONDS = 600
DOWN_SECONDS = 420
"""Above the gateway's 330 s of grace, in which it finishes running requests."""

EVENTS_AGE = timedelta(minutes=10)
"""How far back the ending of a container is looked for; the engine keeps its last 256 events."""

TIMED_OUT = 124
"""Exit status of coreutils' timeout when the limit ran out."""

START_HINT = "start Docker (sudo systemctl start docker), or install it: sudo apt-get install docker.io"


def client(seconds: int, project: Project | None = None) -> DockerClient:
    """python-on-whales has no time limits of its own, so each command line runs under coreutils' timeout."""
    from python_on_whales import DockerClient

    limit = ["timeout", "--foreground", "--kill-after=5", str(seconds)] if shutil.which("timeout") else []
    if not shutil.which("docker"):
        raise EnvironmentMissing("no docker command found", fix=START_HINT)
    more: dict[str, Any] = {}
    if project:
        more = {"compose_files": list(project.files), "compose_project_name": project.name,
                "compose_project_directory": project.folder}  # fmt: skip
    return DockerClient(client_call=[*limit, "docker"], client_type="docker", **more)


class DockerEngine:
    """Implements `ports.Engine`; the values of `secrets` never leave it."""

    def __init__(self, secrets: Sequence[Secret] = ()) -> None:
        self._secrets = tuple(secret.reveal() for secret in secrets)

    def info(self) -> EngineInfo:
        # asked through subprocess and before anything else: the import of python-on-whales alone costs 140 ms
        answer = _plain(["docker", "version", "--format", "{{json .Server}}"])
        server = json.loads(answer)
        major, minor = server["ApiVersion"].split(".")[:2]
        compose = ""
        with contextlib.suppress(EngineError):
            compose = _plain(["docker", "compose", "version", "--short"]).strip().lstrip("v")
        return EngineInfo(version=server["Version"], api=(int(major), int(minor)), compose=compose)

    def up(self, project: Project) -> None:
        with self._translated("docker compose up"):
            client(UP_SECONDS, project).compose.up(detach=True, quiet=True, pull="never", remove_orphans=True)

    def down(self, project: Project, *, volumes: bool) -> None:
        with self._translated("docker compose down"):
            client(DOWN_SECONDS, project).compose.down(quiet=True, volumes=volumes, remove_orphans=True)

    def restart(self, project: Project, services: Sequence[str]) -> None:
        with self._translated("docker compose restart"):
            client(DOWN_SECONDS, project).compose.restart(list(services) or None)

    def services(self, project: str) -> tuple[Service, ...]:
        from python_on_whales.exceptions import NoSuchContainer

        found: list[Service] = []
        with self._translated("docker ps"):
            wanted = f"com.docker.compose.project={project}"
            for container in client(QUICK_SECONDS).container.list(all=True, filters=[("label", wanted)]):
                with contextlib.suppress(NoSuchContainer):  # gone since it was listed
                    found.append(_service(container))
        return tuple(sorted(found, key=lambda service: service.name))

    def lend(self, image: str, name: str, *, network: str, address: str, mount: tuple[Path, str],
             command: Sequence[str]) -> None:  # fmt: skip
        """Starts a helper beside the stack, confined like its own containers; `discard` ends it."""
        with self._translated("docker run"):
            client(QUICK_SECONDS).container.run(
                image, list(command[1:]), name=name, detach=True, entrypoint=command[0], networks=[network], ip=address,
                volumes=[(mount[0], mount[1], "ro")], read_only=True, cap_drop=["ALL"], user="1000:1000",
                security_options=["no-new-privileges:true"], memory="128m", pids_limit=64, healthcheck=False,
                pull="never", init=True,
            )  # fmt: skip

    def discard(self, container: str) -> None:
        """Removes a container by name, also when there is none."""
        from python_on_whales.exceptions import NoSuchContainer

        with self._translated("docker rm"), contextlib.suppress(NoSuchContainer):
            client(QUICK_SECONDS).container.remove(container, force=True, volumes=True)

    def inspect(self, container: str) -> Inspection:
        """Unredacted, because it is searched for secrets; its text must not leave the search."""
        return read(json.loads(_plain(["docker", "inspect", container], "docker inspect"))[0])

    def arguments(self, container: str) -> str:
        """The command lines of its processes; unredacted, for the same search."""
        return _plain(["docker", "top", container, "-eo", "pid,args"], "docker top")

    def last_exit(self, container: str) -> int | None:
        """Status of the last run that ended, also when Docker has started the container again; None: none lately."""
        with self._translated("docker events"):
            now = datetime.now(UTC)
            found = client(QUICK_SECONDS).system.events(
                since=now - EVENTS_AGE, until=now, filters={"container": container, "event": "die"}
            )
            codes = [event.actor.attributes["exitCode"] for event in found if event.actor and event.actor.attributes]
            return int(codes[-1]) if codes else None

    def logs(self, container: str, *, tail: int) -> str:
        with self._translated("docker logs"):
            # stdout and stderr come as two streams; the engine's time stamps put them into one order again
            text = str(client(QUICK_SECONDS).container.logs(container, tail=tail, timestamps=True))
            lines = (line.partition(" ")[2] for line in sorted(text.splitlines()))
            return self._redacted("\n".join(lines))

    def follow(self, project: Project, services: Sequence[str], *, tail: int) -> Iterator[str]:
        """Lines as they come, until the caller stops or the containers do; the one call without a limit."""
        day = 86400
        with self._translated("docker compose logs"):
            lines = client(day, project).compose.logs(list(services), follow=True, tail=str(tail), stream=True)
            for _, line in lines:
                yield self._redacted(line.decode(errors="replace").rstrip("\n"))

    def exec(self, container: str, command: Sequence[str]) -> str:
        with self._translated("docker exec"):
            return self._redacted(str(client(QUICK_SECONDS).container.execute(container, list(command))))

    def subnets(self) -> Mapping[str, tuple[str, ...]]:
        from python_on_whales.exceptions import NoSuchNetwork

        with self._translated("docker network inspect"):
            found: dict[str, tuple[str, ...]] = {}
            for network in client(QUICK_SECONDS).network.list():
                with contextlib.suppress(NoSuchNetwork):  # gone since it was listed
                    found[network.name] = _subnets(network)
            return found

    def volumes(self, project: str) -> tuple[str, ...]:
        with self._translated("docker volume ls"):
            filters = {"label": f"com.docker.compose.project={project}"}
            return tuple(volume.name for volume in client(QUICK_SECONDS).volume.list(filters=filters))

    def publishers(self, port: int) -> tuple[str, ...]:
        with self._translated("docker ps"):
            found = client(QUICK_SECONDS).container.list(filters=[("publish", str(port))])
            return tuple(container.name for container in found)

    def _redacted(self, text: str) -> str:
        for value in self._secrets:
            text = text.replace(value, "***")
        return text

    @contextlib.contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        from python_on_whales.exceptions import DockerException

        log.debug("%s", what)
        try:
            yield
        except DockerException as error:
            details = self._redacted(error.stderr or "")
            raise EngineError(self._redacted(_words(what, error)), details=details) from error


def _words(what: str, error: Any) -> str:
    """Docker's own last line: the ones above it are progress."""
    if error.return_code == TIMED_OUT:
        return f"{what}: no answer within the time limit"
    lines = [line for line in (error.stderr or "").splitlines() if line.strip()]
    return f"{what}: {lines[-1].strip()}" if lines else f"{what}: exit status {error.return_code}"


def _plain(command: list[str], what: str = "no usable Docker engine") -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=QUICK_SECONDS, env=dict(os.environ))
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix=START_HINT) from error
    except subprocess.TimeoutExpired as error:
        raise EnvironmentMissing(f"the Docker engine did not answer within {QUICK_SECONDS} s",
                                 fix="sudo systemctl restart docker") from error  # fmt: skip
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["docker failed"])[-1]
        raise EngineError(f"{what}: {words}", fix=START_HINT)
    return done.stdout


def _service(container: Any) -> Service:
    state, labels = container.state, container.config.labels or {}
    health = state.health.status if state.health else "none"
    return Service(
        name=labels.get("com.docker.compose.service", container.name),
        container=container.name,
        image=container.config.image,
        state=State(state.status),
        health=Health(health),
        exit_code=state.exit_code or 0,
        oom_killed=bool(state.oom_killed),
        restarts=container.restart_count or 0,
        started_at=state.started_at.isoformat() if state.started_at else "",
        folder=labels.get("com.docker.compose.project.working_dir", ""),
        ports=_ports(container),
    )


def _ports(container: Any) -> tuple[str, ...]:
    bound = container.network_settings.ports or {}
    return tuple(f"{at['HostIp']}:{at['HostPort']}->{port}" for port, ats in bound.items() for at in ats or ())


def _subnets(network: Any) -> tuple[str, ...]:
    configs = (network.ipam.config if network.ipam else None) or []
    return tuple(config["Subnet"] for config in configs if config.get("Subnet"))
