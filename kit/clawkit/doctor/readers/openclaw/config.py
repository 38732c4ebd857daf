"""openclaw.json as the model's `Gateway`: what the file alone says, checked as OpenClaw 2026.9.6 checks it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from clawkit.doctor.model.gateway import Gateway
from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers.lines import place
from clawkit.doctor.readers.openclaw import secrets, shape
from clawkit.doctor.readers.openclaw.include import included
from clawkit.doctor.readers.openclaw.json5 import Json, Unreadable, parse
from clawkit.doctor.readers.text import TextFile

T = TypeVar("T")
ALIASES = {
    "0.0.0.0": "lan",
    "::": "lan",
    "[::]": "lan",
    "*": "lan",
    "127.0.0.1": "loopback",
    "localhost": "loopback",
    "::1": "loopback",
    "[::1]": "loopback",
}
"""Host addresses that it rewrites to bind modes at start (normalizeLegacyGatewayBindHostAlias)."""
MODES = ("auto", "lan", "loopback", "custom", "tailnet")
INVALID_BIND = 'Invalid --bind. Use "loopback", "lan", "tailnet", "auto", or "custom".'
_VARIABLE = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")


def read(file: TextFile, envs: Mapping[str, Value[str]], files: Sequence[TextFile] = ()) -> Gateway:
    """`envs`: variables that its ${…} and SecretRefs may name. `files`: where $include is looked for."""
    problems: list[Problem] = []
    try:
        root: Json | None = parse(file)
    except Unreadable as error:
        words = f"JSON5 parse failed: SyntaxError: {error}"
        problems.append(Problem(words, place(file, error.line)))
        root = error.so_far
    reading = _Reading(file, root or Json({}, 1, file), dict(envs), problems)
    if root is not None and not problems:
        reading.root, reading.unseen = included(root, files)
        if file.part:
            reading.unseen = (*reading.unseen, Value("the rest of the file", place(file, 1)))
        reading.check()
    return reading.gateway()


ALWAYS = ("gateway.mode", "gateway.bind", "gateway.port", "gateway.auth", "gateway.controlUi")
"""What every version reads alike."""


@dataclass(slots=True)
class _Reading:
    file: TextFile
    root: Json
    envs: dict[str, Value[str]]
    problems: list[Problem]
    unseen: tuple[Value[str], ...] = ()
    unknown: list[Value[str]] = field(default_factory=list)
    retired: list[Value[str]] = field(default_factory=list)

    def check(self) -> None:
        for fault in shape.faults(self.root):
            at = fault.node.at()
            if not fault.words:
                (self.retired if shape.retired(fault.path) else self.unknown).append(Value(fault.path, at))
            elif self._of_another(fault):
                continue
            elif self._mended(fault):
                self.retired.append(Value(fault.path, at))
            else:
                kind = "bind" if fault.path == "gateway.bind" else "invalid"
                words = INVALID_BIND if kind == "bind" else f"{fault.path or '<root>'}: {fault.words}"
                self.problems.append(Problem(words, at, kind))
        self._public_origin()

    def _of_another(self, fault: shape.Fault) -> bool:
        """A word that the version which wrote the file may have known; of those that all know, one can speak."""
        another = self._version() not in (None, shape.known().version)
        return another and "allowed: " in fault.words and not fault.path.startswith(ALWAYS)

    def _mended(self, fault: shape.Fault) -> bool:
        """An address as bind, and a number as port that is out of range, are put right at start."""
        value = fault.node.value
        if fault.path == "gateway.bind":
            return isinstance(value, str) and value.strip().lower() in ALIASES
        return fault.path == "gateway.port" and isinstance(value, int) and not isinstance(value, bool)

    def _public_origin(self) -> None:
        origin = self._string("publicOrigin")
        if origin is None or "${" in origin.value:
            return
        bare = re.fullmatch(r"https://[^/?#@\s]+/?|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?/?", origin.value)
        if not bare:
            words = "gateway.publicOrigin must be a bare HTTPS origin; HTTP is allowed only for localhost, 127.0.0.1, "
            self.problems.append(Problem(f"gateway.publicOrigin: {words}or [::1]", origin.at, "invalid"))

    def gateway(self) -> Gateway:
        self._own_variables()
        endpoints = self._node("http", "endpoints")
        hsts = self._string("http", "securityHeaders", "strictTransportSecurity")
        return Gateway(
            at=place(self.file, 1),
            has_config=True,
            port=self._port(),
            bind=self._bind(),
            custom_bind_host=self._string("customBindHost"),
            mode=self._string("mode"),
            auth_mode=self._string("auth", "mode"),
            token=secrets.token(self._node("auth", "token"), self.root, self.envs),
            password=secrets.token(self._node("auth", "password"), self.root, self.envs),
            trusted_proxies=self._strings("trustedProxies"),
            allow_real_ip=self._boolean("allowRealIpFallback"),
            origins=self._strings("controlUi", "allowedOrigins"),
            host_header_fallback=self._boolean("controlUi", "dangerouslyAllowHostHeaderOriginFallback"),
            ui_enabled=self._boolean("controlUi", "enabled"),
            base_path=self._base_path(),
            public_origin=self._string("publicOrigin"),
            tls=self._boolean("tls", "enabled"),
            chat_api=_either(endpoints),
            hsts=hsts,
            user_header=self._string("auth", "trustedProxy", "userHeader"),
            required_headers=self._strings("auth", "trustedProxy", "requiredHeaders") or (),
            allow_loopback=self._boolean("auth", "trustedProxy", "allowLoopback"),
            tailscale_mode=self._string("tailscale", "mode"),
            remote_url=self._string("remote", "url"),
            unknown_keys=tuple(self.unknown),
            problems=tuple(self.problems),
            version=self._version(),
            retired_keys=tuple(self.retired),
            unseen=self.unseen,
            model_urls=tuple(self._model_urls()),
        )

    def _model_urls(self) -> Iterator[Value[str]]:
        providers = self.root.get("models", "providers")
        for node in (providers.value if providers is not None and isinstance(providers.value, dict) else {}).values():
            url = node.get("baseUrl") if isinstance(node.value, dict) else None
            if url is not None and isinstance(url.value, str):
                yield Value(self._put(url.value), url.at())

    def _own_variables(self) -> None:
        """`env.vars` of the file itself; the process's environment beats them."""
        own = self.root.get("env", "vars")
        for name, node in (own.value if own is not None and isinstance(own.value, dict) else {}).items():
            if isinstance(node.value, str):
                self.envs.setdefault(name, Value(node.value, node.at(node.value)))

    def _node(self, *path: str) -> Json | None:
        return self.root.get("gateway", *path)

    def _put(self, text: str) -> str:
        """With the variables that are known; the rest stays as written, which is how it can be seen."""
        return _VARIABLE.sub(lambda m: self.envs[m[1]].value if m[1] in self.envs else m[0], text)

    def _string(self, *path: str) -> Value[str] | None:
        node = self._node(*path)
        return Value(self._put(node.value), node.at()) if node is not None and isinstance(node.value, str) else None

    def _boolean(self, *path: str) -> Value[bool] | None:
        node = self._node(*path)
        return Value(node.value, node.at()) if node is not None and isinstance(node.value, bool) else None

    def _strings(self, *path: str) -> tuple[Value[str], ...] | None:
        node = self._node(*path)
        if node is None or not isinstance(node.value, list):
            return None
        return tuple(Value(self._put(item.value), item.at()) for item in node.value if isinstance(item.value, str))

    def _port(self) -> Value[int] | None:
        node = self._node("port")
        if node is None or not isinstance(node.value, int) or isinstance(node.value, bool):
            return None
        return Value(node.value, node.at()) if 1 <= node.value <= 65535 else None

    def _bind(self) -> Value[str] | None:
        written = self._string("bind")
        return replace(written, value=ALIASES.get(written.value.strip().lower(), written.value)) if written else None

    def _base_path(self) -> Value[str] | None:
        """As OpenClaw normalises it: one slash before, none behind; "/" is none."""
        written = self._string("controlUi", "basePath")
        path = written.value.strip().strip("/") if written else ""
        return Value(f"/{path}", written.at) if written and path else None

    def _version(self) -> str | None:
        node = self.root.get("meta", "lastTouchedVersion")
        return node.value if node is not None and isinstance(node.value, str) else None


def _either(endpoints: Json | None) -> Value[bool] | None:
    """chatCompletions or responses: the one that is on, else the one that is written."""
    if endpoints is None:
        return None
    nodes = [endpoints.get(name, "enabled") for name in ("chatCompletions", "responses")]
    found = [Value(node.value, node.at()) for node in nodes if node is not None and isinstance(node.value, bool)]
    return next((value for value in found if value.value), found[0] if found else None)
