"""HAProxy's `if` and `unless`: named and anonymous tests, told by what they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clawkit.doctor.model.route import Match, MatchKind
from clawkit.doctor.readers.haproxy.section import Section

HOST = re.compile(
    r"(?:req\.)?(?:hdr|fhdr)(?:_(?P<how>dom|beg|end|reg|sub))?\(host\)|ssl_fc_sni(?:_(?P<sni>end|reg))?|req[._]ssl_sni"
)
PATH = re.compile(r"path(?:_(?P<how>beg|dir|end|reg|sub))?$|url_beg$|capture\.req\.uri")
UPGRADE = re.compile(r"(?:req\.)?hdr(?:_\w+)?\((?:upgrade|connection)\)", re.IGNORECASE)
JOINED = (",lower", ",field(1,:)", ",host_only")


@dataclass(frozen=True, slots=True)
class Test:
    """One test: `hdr(host) -i claw.example.net`."""

    what: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Tests that all have to be true, sorted by what they are about."""

    hosts: tuple[str, ...] = ()
    match: Match = field(default_factory=lambda: Match(MatchKind.PREFIX))
    sources: tuple[tuple[bool, tuple[str, ...]], ...] = ()
    """(wanted, ranges) of `src`."""
    tls: bool | None = None
    """Of `ssl_fc`."""
    others: tuple[str, ...] = ()

    @property
    def only_tls(self) -> bool:
        return self.tls is not None and not (self.hosts or self.sources or self.others) and self.match.path == "/"

    @property
    def only_source(self) -> bool:
        plain = self.match.path == "/" and not self.match.also
        return bool(self.sources) and plain and not (self.hosts or self.others) and self.tls is None


ALWAYS = (Asked(),)


def named(section: Section) -> dict[str, list[Test]]:
    """Acls of one name are alternatives."""
    found: dict[str, list[Test]] = {}
    for line in section.own("acl"):
        if len(line.words) > 2:
            found.setdefault(line.words[1], []).append(_test(line.words[2:]))
    return found


def branches(words: Sequence[str], acls: Mapping[str, Sequence[Test]]) -> tuple[Asked, ...]:
    """The alternatives of a rule's condition; one that is always true where it has none."""
    start = next((index for index, word in enumerate(words) if word in ("if", "unless")), None)
    if start is None:
        return ALWAYS
    tests = [list(_tests(part, acls)) for part in _alternatives(words[start + 1 :])]
    if words[start] == "unless":
        # not (a and b) would be several branches: only the usual single test is turned round
        tests = [[Test(t.what, t.values, not t.negated) for t in part] for part in tests]
        tests = [[test for part in tests for test in part]] if all(len(part) == 1 for part in tests) else tests
    return tuple(asked(part) for part in tests)


def _alternatives(words: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for word in words:
        if word in ("||", "or"):
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _tests(words: Sequence[str], acls: Mapping[str, Sequence[Test]]) -> Iterator[Test]:
    index = 0
    while index < len(words):
        word, negated = words[index], words[index].startswith("!")
        word = word.lstrip("!")
        if not word and index + 1 < len(words):
            index += 1
            word = words[index]
        if word == "{":
            end = next((at for at in range(index, len(words)) if words[at] == "}"), len(words))
            made = _test(words[index + 1 : end])
            yield Test(made.what, made.values, negated)
            index = end
        elif word in acls:
            several = acls[word]
            same = {test.what for test in several}
            if len(same) == 1:
                yield Test(several[0].what, tuple(v for test in several for v in test.values), negated)
            else:
                yield Test(f"acl {word}", (), negated)
        elif word not in ("&&", "and"):
            yield Test(word.lower(), (), negated)
        index += 1


def _test(words: Sequence[str]) -> Test:
    what = words[0].lower() if words else ""
    for end in JOINED:
        what = what.replace(end, "")
    values = list(words[1:])
    while values and values[0].startswith("-"):
        flag = values.pop(0)
        if flag in ("-m", "-f", "-n") and values:
            value = values.pop(0)
            what = f"{what} {flag} {value}"
        if flag == "--":
            break
    return Test(what, tuple(values))


def asked(tests: Sequence[Test]) -> Asked:
    hosts: list[str] = []
    match, also = Match(MatchKind.PREFIX), []
    sources: list[tuple[bool, tuple[str, ...]]] = []
    tls: bool | None = None
    others: list[str] = []
    websocket: bool | None = None
    for test in tests:
        host, path = HOST.match(test.what), PATH.match(test.what)
        if host is not None and not test.negated:
            hosts += [_name(value, host["how"] or host["sni"] or _how(test.what)) for value in test.values]
        elif path is not None and not test.negated and test.values and match.path == "/":
            match = _path(test.values, path["how"] or _how(test.what))
        elif UPGRADE.match(test.what):
            websocket = not test.negated
            also.append(f"{test.what} {' '.join(test.values)}".strip())
        elif test.what == "src":
            sources.append((not test.negated, test.values))
        elif test.what == "ssl_fc":
            tls = not test.negated
        elif test.what not in ("true", "always_true", "http", "http_1.1"):
            others.append(f"{'!' if test.negated else ''}{test.what} {' '.join(test.values)}".strip())
    if also or others:
        kind = MatchKind.OTHER if match.path == "/" else match.kind
        match = Match(kind, match.path, " ".join((*also, *others)), websocket=websocket)
    return Asked(tuple(hosts), match, tuple(sources), tls, tuple(others))


def _how(what: str) -> str:
    return what.partition(" -m ")[2]


def _name(value: str, how: str) -> str:
    bare = value.split(":")[0].lower()
    if how in ("end", "dom"):
        return f"*{bare}" if bare.startswith(".") else bare
    return f"~{value}" if how in ("reg", "sub") else f"{bare}*" if how == "beg" and "." not in bare[:-1] else bare


def _path(values: Sequence[str], how: str) -> Match:
    first = values[0]
    if how in ("beg", "dir"):
        return Match(MatchKind.PREFIX, first if first.startswith("/") else f"/{first}")
    if how == "reg":
        return Match(MatchKind.REGEX, first)
    return Match(MatchKind.REGEX, rf"{re.escape(first)}{'$' if how == 'end' else ''}") if how else (
        Match(MatchKind.EXACT, first))  # fmt: skip
