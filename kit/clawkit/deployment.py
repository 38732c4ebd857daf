"""A deployment folder: clawkit.yaml for the user, `stack/` for everything that the kit renders and keeps."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clawkit import lock as lockfile
from clawkit import subnet, wares
from clawkit.engine.ports import EngineInfo, Project
from clawkit.errors import EnvironmentMissing, SettingsError
from clawkit.files import Change, give, write_atomic
from clawkit.image import GATEWAY, Image, Images, key_of
from clawkit.lock import Lock
from clawkit.plan import Plan, plan
from clawkit.provider import key as model_key
from clawkit.settings import certbot, dotted
from clawkit.settings.further import effective, has_image
from clawkit.settings.model import Settings
from clawkit.settings.secret import Secret
from clawkit.settings.sources import Loaded, load
from clawkit.settings.values import names_one
from clawkit.stack import Stack, assemble
from clawkit.tls import lent, material, site

if TYPE_CHECKING:
    from clawkit.tls.own import Own

RENDERED = "stack"
GATEWAY_UID = 1000
"""The user `node` of OpenClaw's image."""

START_INTERVAL_API = (1, 44)
"""Engine 25; Compose refuses the whole file on older ones."""

MIGRATES_KERNEL = (5, 14)
"""Linux with net.ipv4.tcp_migrate_req (its ip-sysctl.rst); an older one refuses to start a container that sets it."""


OUTGROWN = ("the proxy's container is replaced once, for it needs more networks than it is on (twice as many from then "
            "on): about a second without answers, and open WebSockets connect again")  # fmt: skip
"""Docker attaches a network only to a new container."""


@dataclass(frozen=True, slots=True)
class Deployment:
    folder: Path
    loaded: Loaded

    @property
    def settings(self) -> Settings:
        return self.loaded.settings

    @property
    def rendered(self) -> Path:
        return self.folder / RENDERED

    @property
    def lock(self) -> Lock:
        return lockfile.read(self.rendered)

    def stack(self, lock: Lock | None = None, info: EngineInfo | None = None) -> Stack:
        """The model of this deployment; without images in the lock, the ones that the settings name."""
        lock = lock or self.lock
        return assemble(
            self.settings,
            folder_name=self.folder.name,
            pool=lock.pool if lock.pool and self.settings.subnet == "auto" else self.pool(),
            images=Images(
                gateway=self._image(lock, GATEWAY),
                proxy=self._image(lock, self.settings.proxy),
                certbot=self._image(lock, "certbot"),
                own={one.name: self._image(lock, key_of(one.name)) for one in self.settings.gateways if has_image(one)},
            ),
            start_interval=bool(info and info.api >= START_INTERVAL_API),
            migrates_connections=bool(info and info.kernel >= MIGRATES_KERNEL),
            owner=owner(self.folder),
            slots=lock.slots,
            entry=lock.entry,
        )

    def outgrown(self, stack: Stack) -> bool:
        """True when the proxy that was rendered is on too few networks for this stack, so it has to be replaced."""
        return (self.rendered / "compose.yaml").exists() and stack.slots.room > self.lock.slots.room

    def pool(self, taken: Mapping[str, tuple[str, ...]] | None = None) -> str:
        """The configured subnet, else a free one; `taken`: name -> subnets of the engine's networks."""
        if self.settings.subnet != "auto":
            return self.settings.subnet
        ours = f"{self.project_name}_"
        engine = [text for name, texts in (taken or {}).items() if not name.startswith(ours) for text in texts]
        networks = [subnet.Network(text) for text in engine if ":" not in text]
        return subnet.choose(str(self.folder), [*subnet.host_networks(), *networks])

    @property
    def project_name(self) -> str:
        return self.settings.name or assemble(
            self.settings, folder_name=self.folder.name, pool="10.77.0.0/21",
            images=Images(gateway=Image("", "", "given"), proxy=Image("", "", "given")),
        ).project  # fmt: skip

    def project(self) -> Project:
        return Project(name=self.project_name, folder=self.rendered)

    def _image(self, lock: Lock, key: str) -> Image:
        wanted = wanted_images(self.settings)[key]
        locked = lock.images.get(key)
        return locked.image if locked and locked.wanted == wanted else Image(wanted, "", "given")

    def file(self, key: str) -> Path | None:
        """The file that a setting names, also one of a further gateway (`gateways.NAME.KEY`); None when it names none.

        A relative path is one in the deployment's folder.
        """
        value: str | None = dotted.value(self.settings, key)
        return self.folder / value if value else None

    def tokens(self, stack: Stack) -> dict[str, Secret]:
        """Gateway name -> token, of those that have one yet."""
        paths = {gateway.name: self.rendered / gateway.token_file for gateway in stack.gateways}
        found = {name: _token(path) for name, path in paths.items()}
        return {name: token for name, token in found.items() if token is not None}


def _token(path: Path) -> Secret | None:
    try:
        return Secret(path.read_text().strip())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EnvironmentMissing(
            f"cannot read {path}: {error.strerror}",
            fix="run clawkit as the user who started this deployment, or with sudo",
        ) from error


def open_folder(folder: Path, flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Deployment:
    """Reads the settings of the folder; raises SettingsError when the folder is somebody else's."""
    folder = folder.absolute()
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{folder} is not a folder", fix="name a folder: --dir DIR")
    _refuse_foreign(folder / RENDERED)
    return Deployment(folder, load(folder, flags, os.environ if environ is None else environ))


def require(deployment: Deployment) -> None:
    """For commands on something that must be there already."""
    if not (deployment.rendered / main_file(deployment.settings)).exists():
        raise SettingsError(f"no deployment in {deployment.folder}", fix="start one with `clawkit up`, or name its "
                                                                         "folder with --dir")  # fmt: skip


def main_file(settings: Settings) -> str:
    """What the engine reads."""
    return "stack.yaml" if settings.engine == "swarm" else "compose.yaml"


def _refuse_foreign(rendered: Path) -> None:
    if (rendered / "compose.yaml").exists() and not (rendered / lockfile.NAME).exists():
        raise SettingsError(f"{rendered} holds a compose.yaml that clawkit did not write",
                            fix="choose another folder with --dir; nothing was changed")  # fmt: skip


def wanted_images(settings: Settings) -> dict[str, str]:
    """What the settings ask for, before anything is pulled or built."""
    return {
        GATEWAY: _gateway_image(settings),
        "caddy": _tagged(settings.caddy_image, "latest"),
        "nginx": _tagged(settings.nginx_image, "latest"),
        "certbot": _tagged(certbot.image(settings), "latest"),
        **{key_of(one.name): _gateway_image(effective(settings, one)) for one in settings.gateways if has_image(one)},
    }


def _gateway_image(settings: Settings) -> str:
    return _tagged(settings.gateway_image, settings.openclaw)


def _tagged(ref: str, tag: str) -> str:
    return ref if names_one(ref) else f"{ref}:{tag}"


def owner(folder: Path) -> tuple[int, int]:
    """uid and gid for the proxy: whoever owns the folder, but never root."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    facts = existing.stat()
    return (GATEWAY_UID, GATEWAY_UID) if facts.st_uid == 0 else (facts.st_uid, facts.st_gid)


@dataclass(frozen=True, slots=True)
class Written:
    changes: Mapping[str, Change]
    made: tuple[str, ...]
    """Secrets and certificates that did not exist before, in words."""
    notes: tuple[str, ...] = ()
    """What the user should know of his own certificate, and of files that he edited."""
    new_keys: tuple[str, ...] = ()
    """Keys of models that are others than before; a gateway reads its own when it starts."""

    @property
    def changed(self) -> tuple[str, ...]:
        return tuple(name for name, change in self.changes.items() if change in (Change.CREATED, Change.CHANGED))


def write(deployment: Deployment, stack: Stack, lock: Lock, output: Path | None = None, *,
          discard_edits: bool = False) -> Written:  # fmt: skip
    """Everything that `docker compose up -d` needs, into `stack/` or another folder.

    What was edited by hand is kept; with `discard_edits` it is set aside beside the file that takes its place.
    """
    folder = output or deployment.rendered
    _refuse_foreign(folder)
    plan = planned(deployment, stack, folder, discard_edits=discard_edits)
    own = own_certificate(deployment, stack)
    _make(folder, 0o755)
    lockfile.write(folder, replace(lock, pool=stack.pool, slots=stack.slots))
    made = [*_secrets(folder, deployment, stack), *material.ensure(folder, stack, own)]
    _folders(folder, stack)
    lent.lend(folder, stack, deployment.file)
    new_keys = model_key.lend(folder, _model_keys(deployment, stack), GATEWAY_UID)
    if stack.swarm:  # what it is handed is named after its content, which is there now
        plan = planned(deployment, stack, folder, discard_edits=discard_edits)
    notes = [*(own.notes if own else ()), *plan.notes(folder)]
    return Written(plan.write(folder), tuple(made), tuple(notes), new_keys)


def planned(deployment: Deployment, stack: Stack, folder: Path | None = None, *,
            discard_edits: bool = False) -> Plan:  # fmt: skip
    """What would be written; looks only. A folder elsewhere gets the user's edits and own lines along."""
    if stack.swarm:
        stack = replace(stack, sealed=wares.seal(folder or deployment.rendered, stack))
    return plan(stack, deployment.rendered, folder or deployment.rendered, discard_edits=discard_edits)


def own_certificate(deployment: Deployment, stack: Stack) -> Own | None:
    """The user's own certificate, checked for every name; None unless tls is files."""
    certificate, key = deployment.file("tls_cert"), deployment.file("tls_key")
    if stack.tls != "files" or certificate is None or key is None:
        return None
    from clawkit.tls import own

    names = [name for gateway in stack.sites for name in gateway.names]
    return own.load(certificate, key, names, now=dt.datetime.now(dt.UTC),
                    served=site.read(deployment.rendered, stack.gateways[0].name))  # fmt: skip


def _folders(folder: Path, stack: Stack) -> None:
    """What containers write into belongs to the user that they run as."""
    _make(folder / "data/caddy", 0o700, stack.owner)
    if stack.certbot and not stack.swarm:
        for name in ("data/acme", "data/acme/webroot", "data/acme/served"):
            _make(folder / name, 0o755, stack.owner)


def _secrets(folder: Path, deployment: Deployment, stack: Stack) -> list[str]:
    present = deployment.tokens(stack)
    _make(folder / "secrets", 0o700)
    made = []
    for gateway in stack.gateways:
        path = folder / gateway.token_file
        if not path.exists():
            token = present.get(gateway.name) or Secret(secrets.token_urlsafe(32))
            write_atomic(path, token.reveal() + "\n", mode=0o600)
            made.append(f"token of {gateway.service}")
        give(path, GATEWAY_UID)
    return made


def _model_keys(deployment: Deployment, stack: Stack) -> dict[str, Path | None]:
    """Copy -> the user's file; None for a server that wants no key."""
    named = {gateway.model_key: gateway.settings.model_key_file for gateway in stack.gateways if gateway.model_key}
    return {copy: deployment.folder / path if path else None for copy, path in named.items()}


def _make(path: Path, mode: int, owned_by: tuple[int, int] | None = None) -> None:
    try:
        if not path.exists():  # one that is there is the user's: its mode is theirs
            path.mkdir(parents=True)
            path.chmod(mode)
        if owned_by and os.geteuid() == 0:
            os.chown(path, *owned_by)
    except OSError as error:
        raise EnvironmentMissing(f"cannot write {path}: {error.strerror}",
                                 fix="choose a folder of yours with --dir") from error  # fmt: skip


def keep(deployment: Deployment, flags: Mapping[str, Any]) -> bool:
    """What was given once is kept: flags go into clawkit.yaml."""
    _make(deployment.folder, 0o755) if not deployment.folder.exists() else None
    return dotted.keep(deployment.folder, flags)
