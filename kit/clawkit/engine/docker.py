"""The Docker engine through python-on-whales: the only room that imports it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clawkit.engine.container import Inspection, read
from clawkit.engine.inspected import service
from clawkit.engine.ports import EngineInfo, Project, Service
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

ATTEMPTS, GONE = 5, "No such"

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


def _kernel(told: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", told)
    return (int(found[1]), int(found[2])) if found else (0, 0)


class DockerEngine:
    """Implements `ports.Engine`; the values of `secrets` never leave it."""

    def __init__(self, secrets: Sequence[Secret] = ()) -> None:
        self._secrets = tuple(secret.reveal() for secret in secrets)

    def info(self) -> EngineInfo:
        # asked through subprocess and before anything else: the import of python-on-whales alone costs 140 ms
        answer = plain(["docker", "version", "--format", "{{json .Server}}"])
        server = json.loads(answer)
        major, minor = server["ApiVersion"].split(".")[:2]
        compose = ""
        with contextlib.suppress(EngineError):
            compose = plain(["docker", "compose", "version", "--short"]).strip().lstrip("v")
        return EngineInfo(version=server["Version"], api=(int(major), int(minor)), compose=compose,
                          kernel=_kernel(server.get("KernelVersion", "")))  # fmt: skip

    def up(self, project: Project) -> None:
        with self._translated("docker compose up"):
            client(UP_SECONDS, project).compose.up(detach=True, quiet=True, pull="never", remove_orphans=True)

    def down(self, project: Project, *, volumes: bool) -> None:
        with self._translated("docker compose down"):
            client(DOWN_SECONDS, project).compose.down(quiet=True, volumes=volumes, remove_orphans=True)
            # Compose leaves those that no service of today's file mounts, such as what the other proxy had
            left = self.volumes(project.name) if volumes else ()
            client(QUICK_SECONDS).volume.remove(list(left))

    def restart(self, project: Project, services: Sequence[str]) -> None:
        with self._translated("docker compose restart"):
            client(DOWN_SECONDS, project).compose.restart(list(services) or None)

    def unpause(self, containers: Sequence[str]) -> None:
        with self._translated("docker unpause"):
            client(QUICK_SECONDS).container.unpause(list(containers))

    def start(self, containers: Sequence[str]) -> None:
        with self._translated("docker start"):
            client(DOWN_SECONDS).container.start(list(containers))

    def services(self, project: str) -> tuple[Service, ...]:
        """Two calls for all of them, and no import of python-on-whales: it inspects one by one."""
        wanted = f"label=com.docker.compose.project={project}"
        for _ in range(ATTEMPTS):
            names = plain(["docker", "ps", "--all", "--quiet", "--no-trunc", "--filter", wanted], "docker ps").split()
            try:
                found = json.loads(plain(["docker", "inspect", "--type", "container", *names], "docker inspect")
                                   if names else "[]")  # fmt: skip
            except EngineError as error:
                if GONE not in error.message:
                    raise
                continue  # one of them is gone since it was listed
            return tuple(sorted(map(service, found), key=lambda one: one.name))
        raise EngineError(f"docker inspect: the containers of {project} come and go")

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

    def inspect(self, containers: Sequence[str]) -> tuple[Inspection, ...]:
        """In one call, in this order. Unredacted, because it is searched for secrets; its text must not leave that."""
        text = plain(["docker", "inspect", *containers], "docker inspect") if containers else "[]"
        return tuple(read(one) for one in json.loads(text))

    def arguments(self, container: str) -> str:
        """The command lines of its processes; unredacted, for the same search."""
        return plain(["docker", "top", container, "-eo", "pid,args"], "docker top")

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
        """Not by python-on-whales, which inspects the container first: `verify` reads three logs for each gateway."""
        text = plain(["docker", "logs", "--timestamps", "--tail", str(tail), container], "docker logs", both=True)
        # stdout and stderr come as two streams; the engine's time stamps put them into one order again
        return self._redacted("\n".join(line.partition(" ")[2] for line in sorted(text.splitlines())))

    def follow(self, project: Project, services: Sequence[str], *, tail: int) -> Iterator[str]:
        """Lines as they come, until the caller stops or the containers do; the one call without a limit."""
        day = 86400
        with self._translated("docker compose logs"):
            lines = client(day, project).compose.logs(list(services), follow=True, tail=str(tail), stream=True)
            for _, line in lines:
                yield self._redacted(line.decode(errors="replace").rstrip("\n"))

    def exec(self, container: str, command: Sequence[str], *, seconds: int = QUICK_SECONDS) -> str:
        with self._translated("docker exec"):
            return self._redacted(str(client(seconds).container.execute(container, list(command))))

    def hand(self, container: str, path: str, secret: Secret) -> None:
        """Writes a file of mode 0600 in the container; through standard input, for arguments can be seen."""
        write = ["docker", "exec", "--interactive", container, "sh", "-c", 'umask 077; cat > "$0"', path]
        plain(write, "docker exec", given=secret.reveal())

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
            label = f"com.docker.compose.project={project}"
            found = client(QUICK_SECONDS).volume.list(filters=[("label", label)])
            return tuple(volume.name for volume in found)

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


def plain(command: list[str], what: str = "no usable Docker engine", *, given: str | None = None,
          both: bool = False) -> str:  # fmt: skip
    """Standard output, or `both` that and standard error, of a call that is too short to import a library for."""
    try:
        # a program may log any bytes
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", input=given,
                              timeout=QUICK_SECONDS, env=dict(os.environ))  # fmt: skip
    except FileNotFoundError as error:
        raise EnvironmentMissing("no docker command found", fix=START_HINT) from error
    except subprocess.TimeoutExpired as error:
        raise EnvironmentMissing(f"the Docker engine did not answer within {QUICK_SECONDS} s",
                                 fix="sudo systemctl restart docker") from error  # fmt: skip
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["docker failed"])[-1]
        answers = "no such" in words.lower()  # of a container that has gone meanwhile
        raise EngineError(f"{what}: {words}", fix="" if answers else START_HINT)
    # the last line of either may have no end
    return f"{done.stdout}\n{done.stderr}" if both else done.stdout


def _subnets(network: Any) -> tuple[str, ...]:
    configs = (network.ipam.config if network.ipam else None) or []
    return tuple(config["Subnet"] for config in configs if config.get("Subnet"))
