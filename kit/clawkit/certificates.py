"""The certificates that an authority issues for a stack, and the sites that each is served on."""

from __future__ import annotations

from dataclasses import dataclass

from clawkit.settings import wildcard
from clawkit.stack import Site, Stack


@dataclass(frozen=True, slots=True)
class Certificate:
    name: str
    """Of certbot's lineage and its folder: the site's name, or the wildcard's domain, which alone has a dot in it."""
    names: tuple[str, ...]
    sites: tuple[str, ...]

    @property
    def shared(self) -> bool:
        """True for the wildcard, also while only one site is served with it."""
        return "." in self.name

    @property
    def label(self) -> str:
        """What a person calls it."""
        return self.names[-1] if self.shared else self.names[0]


def ordered(stack: Stack) -> tuple[Certificate, ...]:
    """The wildcard first, then one for each site that it does not cover."""
    found = dict.fromkeys(serving(stack, site) for site in stack.sites)
    return tuple(sorted(found, key=lambda one: not one.shared))


def serving(stack: Stack, site: Site) -> Certificate:
    """The one that this site is to be served with."""
    zone, under = stack.settings.acme_wildcard, _under(stack)
    if site in under:
        return Certificate(zone, wildcard.names(zone), tuple(one.name for one in under))
    return Certificate(site.name, site.names, (site.name,))


def _under(stack: Stack) -> tuple[Site, ...]:
    return tuple(site for site in stack.sites if wildcard.covers(stack.settings.acme_wildcard, site.names))
