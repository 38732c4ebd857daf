"""The options of one `docker run` as the model's `Service`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clawkit.doctor.model.compose import Attachment, Healthcheck, Mount, Port, Service
from clawkit.doctor.model.place import Place, Problem, Value
from clawkit.doctor.readers import dotenv
from clawkit.doctor.readers.compose import ports, units, volumes
from clawkit.doctor.readers.docker_run.command import Options, last, secret
from clawkit.doctor.readers.lines import hidden, lines_of, place
from clawkit.doctor.readers.text import TextFile

BRIDGE = "bridge"
"""Docker's own network, on which no container has a name."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the words of one command stand: on the line that has them, else where the command begins."""

    file: TextFile
    first: int
    whole: Place
    spread: bool = False
    """Each word has a line of its own in the whole file."""
    envs: Sequence[TextFile] = ()
    """Where the files that --env-file names are looked for."""

    def of(self, word: str, hide: str = "") -> Place:
        lines = lines_of(self.file.text)
        written = (word, word.replace("~", "%h", 1)) if self.spread else (word,)  # systemd's word for the home folder
        for number in range(self.first, min(self.first + 60, len(lines) + 1)):
            if any(each in lines[number - 1] for each in written):
                return place(self.file, number, hide)
            if not self.spread and not lines[number - 1].rstrip().endswith(("\\", "`")):
                break
        return self.whole


def service(
    name: str,
    image: str,
    command: Sequence[str],
    options: Options,
    at: Places,
    problems: list[Problem],
) -> Service:
    mode, entry = _mode(options), last(options, "entrypoint")
    made = Service(
        name=name,
        at=at.whole,
        image=Value(image, at.of(image)),
        command=Value(tuple(command), at.of(command[0], secret({}, command))) if command else None,
        entrypoint=Value((entry,), at.of(entry)) if entry else None,
        container_name=Value(name, at.of(name)) if options.get("name") else None,
        hostname=_one(options, "hostname", at),
        ports=_ports(options, at, problems),
        networks=() if mode else _networks(options, at),
        network_mode=Value(mode, at.of(mode) if options.get("network") else at.whole) if mode else None,
        environment=_environment(options, at),
        inherited={text: Value(False, at.of(text)) for text in options.get("env", ()) if "=" not in text},
        env_unseen=any(_env_file(path, at) is None for path in options.get("env-file", ())),
        mounts=_mounts(options, at),
        extra_hosts=_hosts(options, at),
        dns=_many(options, "dns", at),
        healthcheck=_health(options, at),
        restart=_one(options, "restart", at),
        user=_one(options, "user", at),
        labels={name: Value(text, at.of(name)) for name, text in map(_pair, options.get("label", ()))},
        log_options=dict(map(_pair, options["log-opt"])) if "log-opt" in options else None,
        log_driver=_one(options, "log-driver", at),
        platform=_one(options, "platform", at),
    )
    return _confined(made, options, at)


def _confined(made: Service, options: Options, at: Places) -> Service:
    """With its limits and rights."""
    memory, pids = units.size(last(options, "memory")), units.whole(last(options, "pids-limit"))
    grace = units.whole(last(options, "stop-timeout"))
    return replace(
        made,
        memory=Value(memory, at.of(last(options, "memory"))) if memory is not None else None,
        pids=Value(pids, at.of("--pids-limit")) if pids is not None else None,
        stop_grace=Value(float(grace), at.of("--stop-timeout")) if grace is not None else None,
        stop_signal=_one(options, "stop-signal", at),
        read_only=Value(True, at.of("--read-only")) if options.get("read-only") else None,
        tmpfs=_many(options, "tmpfs", at),
        cap_add=tuple(options.get("cap-add", ())),
        cap_drop=_many(options, "cap-drop", at),
        security_opt=_many(options, "security-opt", at),
        privileged=Value(True, at.of("--privileged")) if options.get("privileged") else None,
    )


def _one(options: Options, option: str, at: Places) -> Value[str] | None:
    return Value(last(options, option), at.of(last(options, option))) if options.get(option) else None


def _many(options: Options, option: str, at: Places) -> tuple[Value[str], ...]:
    return tuple(Value(text, at.of(text)) for text in options.get(option, ()))


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _mode(options: Options) -> str:
    """Network modes; without --network it is Docker's own bridge."""
    wanted = options.get("network", [BRIDGE])
    only = wanted[0].partition(",")[0].removeprefix("name=")
    plain_modes = (BRIDGE, "host", "none", "default")
    if len(wanted) == 1 and (only in plain_modes or only.startswith("container:")):
        return BRIDGE if only == "default" else only
    return ""


def _networks(options: Options, at: Places) -> tuple[Attachment, ...]:
    aliases = tuple(options.get("network-alias", ()))
    address = last(options, "ip")
    fixed = Value(address, at.of(address)) if address else None
    found = []
    for text in options.get("network", ()):
        parts = dict(_pair(part) for part in text.split(",")) if "name=" in text else _podman(text)
        own = (*aliases, parts["alias"]) if "alias" in parts else aliases
        ipv4 = Value(parts["ip"], at.of(parts["ip"])) if "ip" in parts else fixed
        found.append(Attachment(parts["name"], at.of(text), own, ipv4))
    return tuple(found)


def _podman(text: str) -> dict[str, str]:
    """`--network NAME:ip=ADDRESS,alias=NAME`, podman-run(1)."""
    name, _, rest = text.partition(":")
    return {"name": name, **dict(_pair(part) for part in rest.split(","))} if "=" in rest else {"name": text}


def _ports(options: Options, at: Places, problems: list[Problem]) -> tuple[Port, ...]:
    found: list[Port] = []
    for text in options.get("publish", ()):
        try:
            found += ports.short(text, at.of(text))
        except ValueError as error:
            if "$" not in text:  # of a variable that the script got from elsewhere
                problems.append(Problem(f"docker: {error}", at.of(text), "port"))
    return tuple(found)


def _env_file(path: str, at: Places) -> TextFile | None:
    """A file of that name; the path is one of the machine on which the command is run."""
    named = [file for file in at.envs if file.path.name == path.rsplit("/", 1)[-1]]
    return named[0] if len(named) == 1 else None


def _environment(options: Options, at: Places) -> dict[str, Value[str]]:
    found: dict[str, Value[str]] = {}
    for path in options.get("env-file", ()) if not at.spread else ():
        given = _env_file(path, at)
        found.update(dotenv.verbatim(given) if given else {})
    for text in options.get("env", ()):
        name, equals, value = text.partition("=")
        if equals:
            found[name] = Value(value, at.of(f"{name}=", hidden(name, value)))
    return found


def _mounts(options: Options, at: Places) -> tuple[Mount, ...]:
    found: list[Mount] = []
    for text in options.get("volume", ()):
        source, target, words = volumes.parts(text)
        flags = words.split(",")
        label = next((word for word in flags if word in ("z", "Z")), "")
        kind = "bind" if source.startswith("$") else volumes.kind_of(source)
        found.append(Mount(source, target, at.of(text), kind, "ro" in flags, label))
    for text in options.get("mount", ()):
        parts = {name.lower(): value for name, value in map(_pair, text.split(","))}
        source = parts.get("source") or parts.get("src") or ""
        target = parts.get("target") or parts.get("dst") or parts.get("destination") or ""
        only = parts.get("readonly", parts.get("ro", "no")).lower() in ("", "true", "1")
        found.append(Mount(source, target, at.of(text), parts.get("type", "volume"), only))
    found += [Mount("", text.split(":")[0], at.of(text), "tmpfs") for text in options.get("tmpfs", ())]
    return tuple(found)


def _hosts(options: Options, at: Places) -> dict[str, Value[str]]:
    found: dict[str, Value[str]] = {}
    for text in options.get("add-host", ()):
        name, _, address = text.replace("=", ":", 1).partition(":")
        found[name] = Value(address.strip("[]"), at.of(text))
    return found


def _health(options: Options, at: Places) -> Healthcheck | None:
    if options.get("no-healthcheck"):
        return Healthcheck(at.of("--no-healthcheck"), disabled=True)
    test = last(options, "health-cmd")
    if not test and not any(name.startswith("health-") for name in options):
        return None
    return Healthcheck(
        at=at.of("--health"),
        test=("CMD-SHELL", test) if test else (),
        interval=units.seconds(last(options, "health-interval")),
        timeout=units.seconds(last(options, "health-timeout")),
        retries=units.whole(last(options, "health-retries")),
        start_period=units.seconds(last(options, "health-start-period")),
    )
