"""What a compose file asks the engine for."""

from __future__ import annotations

from dataclasses import dataclass, field

from clawkit.doctor.model.place import Place, Problem, Value


@dataclass(frozen=True, slots=True)
class Port:
    """One published port. `published` is None where Docker chooses."""

    target: int
    published: int | None
    at: Place
    address: str = ""
    """Host address; empty for every one."""
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class Mount:
    source: str
    """Host path as written (bind), volume name, or empty (tmpfs, anonymous)."""
    target: str
    at: Place
    kind: str = "bind"
    """bind, volume, tmpfs; config for one whose content stands in the compose file or outside of it."""
    read_only: bool = False
    label: str = ""
    """SELinux: "z" or "Z"."""
    exists: bool | None = None
    """Whether the bind's source lies beside the compose file given; None if that cannot be said."""


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """Seconds; None is Docker's default (interval 30, timeout 30, retries 3, start_period 0)."""

    at: Place
    test: tuple[str, ...] = ()
    interval: float | None = None
    timeout: float | None = None
    retries: int | None = None
    start_period: float | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A service on a network."""

    network: str
    at: Place
    aliases: tuple[str, ...] = ()
    ipv4: Value[str] | None = None


@dataclass(frozen=True, slots=True)
class Network:
    name: str
    at: Place
    internal: bool = False
    external: bool = False
    driver: str = ""
    real_name: str = ""
    """The engine's name for it where `name:` is given."""
    subnets: tuple[Value[str], ...] = ()
    ipv6: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    at: Place
    image: Value[str] | None = None
    built: Value[str] | None = None
    command: Value[tuple[str, ...]] | None = None
    entrypoint: Value[tuple[str, ...]] | None = None
    container_name: Value[str] | None = None
    hostname: Value[str] | None = None
    ports: tuple[Port, ...] = ()
    expose: tuple[Value[int], ...] = ()
    networks: tuple[Attachment, ...] = ()
    """"default" included where nothing is written; empty with network_mode."""
    network_mode: Value[str] | None = None
    environment: dict[str, Value[str]] = field(default_factory=dict)
    """env_file and interpolation followed; secret values are in here and never leave the model but redacted."""
    mounts: tuple[Mount, ...] = ()
    extra_hosts: dict[str, Value[str]] = field(default_factory=dict)
    dns: tuple[Value[str], ...] = ()
    depends_on: dict[str, Value[str]] = field(default_factory=dict)
    """service -> condition (service_started, service_healthy, service_completed_successfully)."""
    healthcheck: Healthcheck | None = None
    memory: Value[int] | None = None
    """Bytes, from mem_limit or deploy.resources.limits.memory."""
    pids: Value[int] | None = None
    restart: Value[str] | None = None
    stop_grace: Value[float] | None = None
    stop_signal: Value[str] | None = None
    user: Value[str] | None = None
    read_only: Value[bool] | None = None
    tmpfs: tuple[Value[str], ...] = ()
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[Value[str], ...] = ()
    labels: dict[str, Value[str]] = field(default_factory=dict)
    deploy_labels: dict[str, Value[str]] = field(default_factory=dict)
    """Below `deploy:`: of Swarm's service, and of no container."""
    profiles: tuple[str, ...] = ()
    log_options: dict[str, str] | None = None
    """None: Docker's default driver without rotation."""
    platform: Value[str] | None = None
    replicas: Value[int] | None = None
    inherited: dict[str, Value[bool]] = field(default_factory=dict)
    """Environment names whose value comes from the shell of whoever runs Compose (`- TOKEN`, `TOKEN: ${TOKEN}` without
    a default) and was not seen. The value: whether .env beside the file was seen, so that only the shell is left."""
    linked: tuple[str, ...] = ()
    """Names that `links:` of other services give it."""
    env_unseen: bool = False
    """An env_file was not among the files given: more may be set than `environment` shows."""
    security_opt: tuple[Value[str], ...] = ()
    privileged: Value[bool] | None = None
    cpus: Value[float] | None = None
    log_driver: Value[str] | None = None

    @property
    def host_network(self) -> bool:
        return self.network_mode is not None and self.network_mode.value == "host"

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which other containers of its networks reach it."""
        own = [self.name, *(alias for use in self.networks for alias in use.aliases), *self.linked]
        own += [value.value for value in (self.container_name, self.hostname) if value]
        return tuple(own)


@dataclass(frozen=True, slots=True)
class Compose:
    """One project: compose.yaml with its override merged in."""

    at: Place
    services: dict[str, Service] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    volumes: dict[str, Value[bool]] = field(default_factory=dict)
    """Named volumes; the value says whether it is external."""
    problems: tuple[Problem, ...] = ()
    unset: tuple[Value[str], ...] = ()
    """Variables that are interpolated without a default and set nowhere that could be seen."""
    missing_files: tuple[Value[str], ...] = ()
    """env_file, secrets and configs whose file is not there (only judged where the folder was given)."""
    name: str = ""
    """`name:` or COMPOSE_PROJECT_NAME; empty where Compose takes the folder's name."""
    files: tuple[str, ...] = ()
    """All that were merged, the first one leading."""
    dotenv: dict[str, Value[str]] = field(default_factory=dict)
    """What .env sets, for Compose and not for the containers."""
    profiles: Value[tuple[str, ...]] | None = None
    """COMPOSE_PROFILES of .env; None where it says nothing, so that only whoever runs Compose knows."""

    def starts(self, service: Service) -> bool | None:
        """Whether `docker compose up` starts it; None where a flag may decide."""
        if not service.profiles:
            return True
        active = set(self.profiles.value) if self.profiles else set()
        return True if active & {"*", *service.profiles} else (None if self.profiles is None else False)
