"""The kernel, or what this host runs in, does not let the engine set a container up."""

from __future__ import annotations

from clawkit.doctor.cause import Cause, looks_at
from clawkit.doctor.evidence import at
from clawkit.doctor.finding import Finding, Fix, Hop, Layer, Symptom
from clawkit.doctor.lastwords import engine_words
from clawkit.doctor.model.setup import Part, Setup

RUNTIME = r"(?:runc|crun|OCI runtime|shim task|container init|docker-default).*?"
WORDS = (
    rf"{RUNTIME}(?P<sysctl>open sysctl \S+ file: .*permission denied|/proc/sys/\S+\W+ (?:permission denied|read-only))|"
    rf"{RUNTIME}(?P<apparmor>apply apparmor profile|apparmor failed to apply|AppArmor profile was loaded|"
    r"profile could not be loaded)|"
    rf"{RUNTIME}(?P<cgroup>cgroup mountpoint does not exist|cgroup mount destination|apply cgroup configuration|"
    r"cgroup\S*: (?:permission denied|no such file|read-only))|"
    rf"{RUNTIME}(?P<seccomp>seccomp filter)|"
    r"(?P<overlay>error creating overlay mount to|failed to mount overlay|driver not supported: overlay2?)|"
    r"(?P<ids>insufficient UIDs or GIDs available in user namespace)|"
    r"(?P<delegate>requested cgroup controller `\w+` is not available)|"
    r"(?P<userns>kernel\.apparmor_restrict_unprivileged_userns|newuidmap .*(?:not permitted|failed))|"
    r"(?P<cpu>NanoCPUs can not be set|CPU CFS (?:quota|period) can not be set)|"
    r"(?P<home>crun: make `[^`]+/merged` private: Permission denied)|"
    r"(?P<missing>error gathering device information while adding custom device)|"
    r"(?P<device>could not select device driver|unknown or invalid runtime name)"
)
WHAT = {
    "sysctl": "it may not set a kernel setting of the container's own network, as in an LXC container that is not "
    "allowed to (Proxmox)",
    "apparmor": "AppArmor is on and Docker's profile cannot be loaded or applied",
    "cgroup": "the control groups that limit containers are not mounted, or not its to write",
    "seccomp": "the kernel does not take the filter of system calls",
    "overlay": "the kernel does not mount overlay file systems there",
    "ids": "this user has too few ids of his own for the image's users (/etc/subuid, /etc/subgid)",
    "delegate": "systemd does not hand that control group on to this user",
    "userns": "this user may make no namespaces of his own (AppArmor on Ubuntu 24.04, or newuidmap is missing)",
    "cpu": "its kernel cannot limit processors (as on a Synology)",
    "home": "with keep-id the container's user may not pass through the folders above Podman's storage",
    "missing": "a device that the compose file passes on is not there on this host",
    "device": "the compose file asks for a runtime or a device driver that is not installed",
}
FIX = {
    "sysctl": "update lxc and the host (or give the LXC container the keyctl and nesting features), update "
    "containerd's runc, or run Docker in a virtual machine",
    "apparmor": "install apparmor's parser and load the profiles; inside LXC let the outer host allow nesting",
    "cgroup": "boot with control groups mounted (cgroup v2), let LXC allow nesting, then restart Docker",
    "seccomp": "update the kernel or libseccomp",
    "overlay": "use a storage driver and a file system that fit together (docker info), fuse-overlayfs in LXC",
    "ids": "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER, then podman system migrate",
    "delegate": "[Service] Delegate=cpu cpuset io memory pids in /etc/systemd/system/user@.service.d/delegate.conf, or "
    "take the limit out",
    "userns": "give rootlesskit an AppArmor profile that allows userns (Docker's page on rootless mode has it), and "
    "install uidmap",
    "cpu": "take cpus: (deploy.resources.limits.cpus) out",
    "home": "let others pass through each folder above it: chmod o+x ~ ~/.local ~/.local/share",
    "missing": "take it out of devices:, or load its driver and start the container again",
    "device": "install what it names, or take runtime: and devices: out",
}


def judge(setup: Setup) -> Finding | None:
    found = engine_words(setup, WORDS)
    if found is None:
        return None
    place, match = found
    kind = next(name for name in WHAT if match[name])
    return Finding(
        summary=f"the engine cannot start a container: {WHAT[kind]}",
        fix=Fix(FIX[kind], "systemd-detect-virt; docker info; docker run --rm hello-world"),
        evidence=at(place),
    )


CAUSE = Cause(
    slug="container-runtime-refused",
    title="the kernel lets the engine set containers up",
    layer=Layer.HOST,
    hop=Hop.GATEWAY,
    symptoms=(Symptom.BAD_GATEWAY, Symptom.REFUSED, Symptom.RESTARTING),
    looks_at=looks_at(Part.LOGS, Part.CONTAINERS),
    judge=judge,
    explains=frozenset({"gateway-not-running", "proxy-not-running", "upstream-name-unknown"}),
)
