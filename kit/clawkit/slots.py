"""The stack's small networks: which is whose, and how many there are before anybody has them.

Docker attaches a network only to a new container. So the proxy is on more of them than there are gateways, and one that
is added finds a network that the running proxy is on already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LAST = 95
"""A stack's /21 has room for this many further gateways (settings.model.MOST_GATEWAYS)."""

FEWEST = 2
"""Slots of a stack with one gateway; each costs a network, so they are doubled when they do not suffice."""


@dataclass(frozen=True, slots=True)
class Slots:
    """What a deployment remembers of them (lock.py)."""

    taken: Mapping[str, int] = field(default_factory=dict)
    """Further gateway -> its slot, from 1; also of one that was removed, until another needs it."""
    room: int = 0
    """How many there are, the main gateway's included; never fewer than before."""
    named: Mapping[str, int] = field(default_factory=dict)
    """Gateway -> the slot whose network has that gateway's name: all had, before there were spare ones."""

    def given(self, names: tuple[str, ...]) -> Slots:
        """With a slot for each of the names."""
        mine = {name: self.taken[name] for name in names if name in self.taken}
        for name in names:
            mine.setdefault(name, self._free(set(mine.values())))
        left = {name: slot for name, slot in self.taken.items() if slot not in mine.values()}
        return Slots({**left, **mine}, max(self.room, _room(max(mine.values(), default=0))), self.named)

    def _free(self, used: set[int]) -> int:
        """Preferably one that is there already, and that nobody will come back to; 0 where there is none."""
        known = set(self.taken.values())
        free = [slot for slot in range(1, LAST + 1) if slot not in used]
        return min(free, key=lambda slot: (slot >= self.room, slot in known, slot), default=0)

    def suffix(self, slot: int) -> str:
        """What follows the names of its network and of its gate. A gateway's name comes after a dash."""
        if slot == 0:
            return ""
        return next((f"-{name}" for name, named in self.named.items() if named == slot), str(slot))


def _room(last: int) -> int:
    room = FEWEST
    while room <= last:
        room *= 2
    return min(room, LAST + 1)
