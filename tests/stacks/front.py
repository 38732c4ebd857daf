"""Another proxy in front of a stack with `tls: off`: with TLS of its own, and on the stack's edge network."""

from __future__ import annotations

import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from images_local import kit_image

from clawkit.engine.images import DockerImages
from clawkit.probe import tcp
from clawkit.stack import Stack
from clawkit.tls.authority import make_leaf, make_root

# As most guides have them: nginx appends to what the client claims, Caddy starts anew.
NGINX = """
pid /tmp/nginx.pid;
events {{}}
http {{
    access_log /dev/stdout;
    client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u;
    scgi_temp_path /tmp/s;
    map $http_upgrade $hop {{ default upgrade; "" close; }}
    server {{
        listen {port} ssl;
        ssl_certificate /front/fullchain.pem;
        ssl_certificate_key /front/privkey.pem;
        location / {{
            proxy_pass http://{upstream};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $hop;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto https;
        }}
    }}
}}
"""
CADDY = """
{{
	admin off
	auto_https off
}}
:{port} {{
	tls /front/fullchain.pem /front/privkey.pem
	reverse_proxy http://{upstream}
}}
"""
CONFIGURATIONS = {"nginx": ("nginx.conf", NGINX), "caddy": ("Caddyfile", CADDY)}
COMMANDS = {
    "nginx": ("nginx", "-e", "stderr", "-c", "/front/nginx.conf", "-g", "daemon off;"),
    "caddy": ("caddy", "run", "--config", "/front/Caddyfile", "--adapter", "caddyfile"),
}

START_SECONDS = 20


@dataclass
class Front:
    """Runs while the `with` lasts; `ca` is what a client has to trust."""

    kind: Literal["caddy", "nginx"]
    stack: Stack
    address: str
    _folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="clawkit-front-")
    )

    @property
    def name(self) -> str:
        return f"{self.stack.project}-front"

    @property
    def ca(self) -> Path:
        return Path(self._folder.name) / "ca.pem"

    def __enter__(self) -> Self:
        folder, root = Path(self._folder.name), make_root("front")
        pair = make_leaf(root, (self.stack.gateways[0].domain,))
        file, text = CONFIGURATIONS[self.kind]
        filled = text.format(port=self.stack.settings.https_port, upstream=f"{self.stack.edge_address}:80")
        for name, content in (("fullchain.pem", pair.certificate), ("privkey.pem", pair.key), (file, filled),
                              ("ca.pem", root.certificate)):  # fmt: skip
            (folder / name).write_text(content)
        try:
            self._run(folder)
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def _run(self, folder: Path) -> None:
        subprocess.run(["docker", "run", "--detach", "--init", "--name", self.name, "--entrypoint", "",
                        "--network", f"{self.stack.project}_edge", "--ip", self.address,
                        "--env", "XDG_DATA_HOME=/tmp", "--env", "XDG_CONFIG_HOME=/tmp", "--env", "HOME=/tmp",
                        "--volume", f"{folder}:/front:ro", kit_image(DockerImages(), self.kind), *COMMANDS[self.kind]],
                       capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not tcp.knock(self.address, self.stack.settings.https_port).is_open:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def log(self) -> str:
        done = subprocess.run(["docker", "logs", self.name], capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if error is not None:
            error.add_note(f"--- front\n{self.log()}")
        subprocess.run(["docker", "rm", "--force", "--volumes", self.name], capture_output=True, timeout=60)
        self._folder.cleanup()
