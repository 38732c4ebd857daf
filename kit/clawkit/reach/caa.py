"""Which authorities the owner of a domain allows (CAA, RFC 8659 with the parameters of RFC 8657)."""

from __future__ import annotations

from collections.abc import Mapping

from clawkit.reach.dns import Kind, Resolve
from clawkit.reach.facts import Authority, Cause, Finding, Property, Rules, error, warning

CRITICAL = 0x80
KNOWN_TAGS = frozenset({"issue", "issuewild", "issuemail", "iodef", "contactemail", "contactphone"})
"""A critical tag that an authority does not know forbids everything (RFC 8659, 4.5)."""


def find(resolve: Resolve, name: str) -> Rules:
    """Climbs from the name, of a wildcard without its `*.`, to its parents until one has CAA records (RFC 8659, 3)."""
    labels = name.removeprefix("*.").split(".")
    for at in range(len(labels)):
        domain = ".".join(labels[at:])
        reply = resolve(domain, Kind.CAA)
        if reply.failure:
            return Rules(name, domain, (), reply.failure)
        if found := tuple(prop for prop in map(parsed, reply.values) if prop.tag):
            return Rules(name, domain, found)
    return Rules(name, name, ())


def parsed(data: bytes) -> Property:
    """Flags, length of the tag, tag, value; an empty tag where the record is cut."""
    if len(data) < 2 or len(data) < 2 + data[1]:
        return Property(False, "", "")
    cut = 2 + data[1]
    tag, value = (part.decode("ascii", "replace") for part in (data[2:cut], data[cut:]))
    return Property(bool(data[0] & CRITICAL), tag.lower(), value)


def judge(rules: Rules, authority: Authority, challenge: str) -> Finding | None:
    if rules.failure:
        return warning(Cause.DNS_LOOKUP_FAILED,
                       f"the CAA records of {rules.domain} could not be looked up ({rules.failure}); "
                       "the authority refuses when it cannot either",
                       f"dig CAA {rules.domain}")  # fmt: skip
    for prop in rules.properties:
        if prop.critical and prop.tag not in KNOWN_TAGS:
            return _forbidden(rules, authority, f"has a critical CAA record {prop.tag!r}, which authorities refuse")
    tag = _tag(rules)
    issue = [prop.value for prop in rules.properties if prop.tag == tag]
    if not issue or not authority.identities or any(_allows(value, authority, challenge) for value in issue):
        return None
    shown = ", ".join(f'{tag} "{value}"' for value in issue)
    return _forbidden(rules, authority, f"has CAA {shown}, which does not allow {_called(authority)} by {challenge}")


def _tag(rules: Rules) -> str:
    """For a wildcard issuewild counts in the place of issue, where there is one (RFC 8659, 4.3)."""
    wild = rules.name.startswith("*.") and any(prop.tag == "issuewild" for prop in rules.properties)
    return "issuewild" if wild else "issue"


def _forbidden(rules: Rules, authority: Authority, why: str) -> Finding:
    whose = f" (for {rules.name})" if rules.name != rules.domain else ""
    return error(Cause.CAA_FORBIDS_ISSUER, f"{rules.domain}{whose} {why}",
                 f'add the record: {rules.domain}. CAA 0 {_tag(rules)} "{_called(authority)}"')  # fmt: skip


def _called(authority: Authority) -> str:
    return authority.identities[0] if authority.identities else "the name of your authority"


def _allows(value: str, authority: Authority, challenge: str) -> bool:
    issuer, *rest = (part.strip() for part in value.split(";"))
    if issuer.lower().rstrip(".") not in {name.lower() for name in authority.identities}:
        return False
    methods = _parameters(rest).get("validationmethods", "")
    return not methods or challenge in {method.strip() for method in methods.split(",")}


def _parameters(parts: list[str]) -> Mapping[str, str]:
    pairs = (part.partition("=") for part in parts)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
