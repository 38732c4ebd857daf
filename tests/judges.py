"""Outside judges of a TLS server: sslyze against Mozilla's intermediate profile, and testssl.sh.

Both are installed once, outside the repository: sslyze into a venv of its own, because it pins cryptography<47, and
testssl.sh out of Debian's package.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clawkit-tests"
"""Asked for before a test gets a home of its own."""

SSLYZE = "6.3.1"
TESTSSL_PACKAGES = ("testssl.sh", "bind9-dnsutils", "bsdextrautils")
OF_THE_JUDGE = ("engine_problem",)
"""What testssl.sh misses in this machine's own openssl."""

WORSE = ("WARN", "LOW", "MEDIUM", "HIGH", "CRITICAL", "FATAL")

PRIVATE = frozenset({"certificate_path_validation", "maximum_certificate_lifespan"})
"""What a private CA cannot have right: nobody's store knows it, and it may issue for longer than a public one."""

ISSUE = re.compile(r"^\s+\* (\w+): (.+)$", re.MULTILINE)


def sslyze(server: str, prefix: Sequence[str] = ()) -> dict[str, str]:
    """What keeps `name{address}:port` from Mozilla's intermediate profile, beyond what a private CA brings along."""
    done = subprocess.run([*prefix, _sslyze(), "--mozilla_config=intermediate", server], capture_output=True,
                          text=True, timeout=120)  # fmt: skip
    assert "COMPLIANCE AGAINST" in done.stdout, done.stdout + done.stderr
    found = dict(ISSUE.findall(done.stdout.partition("COMPLIANCE AGAINST")[2]))
    assert found or done.returncode == 0, done.stdout
    return {name: told for name, told in found.items() if name not in PRIVATE}


def _sslyze() -> Path:
    program = CACHE / f"sslyze-{SSLYZE}" / "bin/sslyze"
    if not program.exists():
        shutil.rmtree(program.parents[1], ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", program.parents[1]], check=True, timeout=120)
        subprocess.run([program.with_name("pip"), "install", "--quiet", f"sslyze=={SSLYZE}"], check=True, timeout=300)
    return program


def testssl(name: str, address: str, port: int) -> list[str]:
    """Findings of protocols and ciphers that testssl.sh itself grades as worse than OK or INFO."""
    folder = _testssl()
    with tempfile.TemporaryDirectory(prefix="clawkit-testssl-") as work:
        report = Path(work, "report.json")
        done = subprocess.run(["bash", folder / "usr/bin/testssl", "--quiet", "--warnings=batch", "--color=0",
                               "--protocols", "--std", "--pfs", "--nodns=none", f"--ip={address}",
                               f"--jsonfile={report}", f"{name}:{port}"], capture_output=True, text=True, timeout=400,
                              cwd=work, env={**os.environ, "PATH": f"{os.environ['PATH']}:{folder / 'usr/bin'}",
                                             "TESTSSL_INSTALL_DIR": str(folder / "etc/testssl")})  # fmt: skip
        assert report.exists(), done.stdout + done.stderr
        found = {one["id"]: one for one in json.loads(report.read_text()) if one["id"] not in OF_THE_JUDGE}
    assert {"TLS1_2", "TLS1_3", "cipherlist_STRONG", "PFS"} <= set(found), done.stdout + done.stderr
    return [f"{one['id']}: {one['severity']} {one['finding']}" for one in found.values() if one["severity"] in WORSE]


def _testssl() -> Path:
    folder = CACHE / "testssl"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(["apt-get", "download", *TESTSSL_PACKAGES], cwd=folder, check=True, timeout=120)
        for archive in folder.glob("*.deb"):
            subprocess.run(["dpkg", "-x", archive, folder], check=True, timeout=60)
        (folder / "complete").touch()
    return folder
