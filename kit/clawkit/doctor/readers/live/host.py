"""The machine below, looked at from all sides at once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from clawkit.doctor.model.host import Host
from clawkit.doctor.readers.live import disks, names, selinux, sockets
from clawkit.doctor.readers.live import firewall as rules
from clawkit.doctor.readers.live import units as systemd
from clawkit.doctor.readers.live.abreast import start, within

LIMIT = 1.2
"""Above the second that each of its commands may take."""


def host(folders: Iterable[Path] = (), *, elsewhere: bool = False) -> Host:
    """`elsewhere`: the containers run on other machines too, so ports, rules and units of this one say nothing."""
    if elsewhere:
        return Host(disks=disks.disks(folders), hosts_file=names.hosts_file())
    begun = time.monotonic()
    listed = start(sockets.sockets)
    filtered = start(rules.firewall)
    managed = start(systemd.units)
    full = start(lambda: disks.disks(folders))
    found = within(LIMIT, listed, None, since=begun)
    return Host(
        sockets=found or (),
        sockets_known=found is not None,
        units=within(LIMIT, managed, (), since=begun),
        disks=within(LIMIT, full, (), since=begun),
        firewall=within(LIMIT, filtered, None, since=begun),
        selinux=selinux.mode(),
        sebooleans=selinux.booleans(),
        addresses=names.addresses(),
        hosts_file=names.hosts_file(),
    )
