"""SELinux' mode and booleans, from the kernel's own files."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.model.place import Place, Value

FOLDER = Path("/sys/fs/selinux")
BOOLEANS = ("httpd_can_network_connect", "httpd_can_network_relay", "httpd_setrlimit", "container_manage_cgroup",
            "virt_sandbox_use_all_caps")  # fmt: skip


def mode(folder: Path = FOLDER) -> Value[str]:
    said = _text(folder / "enforce")
    word = {"1": "enforcing", "0": "permissive"}.get(said, "disabled")
    return Value(word, Place("getenforce", None, word))


def booleans(folder: Path = FOLDER) -> dict[str, Value[bool]]:
    """The kernel shows the value in force and the pending one: `1 1`."""
    found = {name: _text(folder / "booleans" / name) for name in BOOLEANS}
    return {name: _boolean(name, said[0] == "1") for name, said in found.items() if said}


def _boolean(name: str, on: bool) -> Value[bool]:
    return Value(on, Place(f"getsebool {name}", None, f"{name} --> {'on' if on else 'off'}"))


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
