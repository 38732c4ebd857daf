"""What certbot is called with."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path

from places import Places
from plan import PRODUCTION, STAGING, Certificate, Plan


def arguments(plan: Plan, certificate: Certificate, places: Places, *, rehearsal: bool = False) -> list[str]:
    home = places.home(plan)
    account = ["-m", plan.email] if plan.email else ["--register-unsafely-without-email"]
    addresses = [name for name in certificate.names if is_address(name)]
    profile = plan.profile or ("shortlived" if addresses and plan.directory in (PRODUCTION, STAGING) else "")
    return [
        places.certbot, "certonly", "--non-interactive", "--agree-tos", *account,
        "--server", STAGING if rehearsal else plan.directory, *(["--dry-run"] if rehearsal else []),
        "--cert-name", certificate.name, *challenge(plan, places),
        *(word for name in certificate.names for word in ("--ip-address" if name in addresses else "--domain", name)),
        "--key-type", "ecdsa", "--elliptic-curve", "secp256r1", "--keep-until-expiring", "--renew-with-new-domains",
        *(["--preferred-profile", profile] if profile else []),
        "--config-dir", str(home), "--work-dir", str(places.data / "certbot/work"),
        "--logs-dir", str(places.data / "certbot/logs"), "--max-log-backups", "10",
    ]  # fmt: skip


def challenge(plan: Plan, places: Places) -> list[str]:
    if plan.challenge != "dns-01":
        return ["--webroot", "--webroot-path", str(places.webroot)]
    if plan.rfc2136:
        return ["--dns-rfc2136", "--dns-rfc2136-credentials", plan.rfc2136,
                "--dns-rfc2136-propagation-seconds", str(plan.wait)]  # fmt: skip
    hook = runnable(plan.hook)
    return ["--manual", "--preferred-challenges", "dns", "--manual-auth-hook", f"{hook} auth",
            "--manual-cleanup-hook", f"{hook} cleanup"]  # fmt: skip


def runnable(hook: str) -> str:
    """By the interpreter of its first line where nothing may be executed, as in what a Swarm mounts (moby,
    daemon/container_operations_unix.go: the secrets' tmpfs is noexec)."""
    path = Path(hook)
    if not path.is_file() or os.access(path, os.X_OK):
        return hook
    first = path.read_bytes().partition(b"\n")[0]
    return f"{first[2:].decode().strip() if first.startswith(b'#!') else 'sh'} {hook}"


def is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def eab_options(text: str) -> str:
    """certbot's options from `eab KEY_ID HMAC_KEY`, the line that Caddy takes too; a file, because argv is public."""
    words = [word for line in text.splitlines() if not line.lstrip().startswith("#") for word in line.split()]
    words = words[1:] if words[:1] == ["eab"] else words
    if len(words) != 2:
        raise ValueError("acme_eab: the file must hold one line: eab KEY_ID HMAC_KEY")
    return f"eab-kid = {words[0]}\neab-hmac-key = {words[1]}\n"


def environment(plan: Plan, places: Places) -> dict[str, str]:
    """HOME, because the user of the container has none; the kit's CA file, and no other, where one is given."""
    kept = {key: value for key, value in os.environ.items() if key not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
    return {**kept, "HOME": str(places.scratch), **({"REQUESTS_CA_BUNDLE": plan.ca} if plan.ca else {})}
