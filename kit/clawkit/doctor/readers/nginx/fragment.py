"""What a file is a piece of: a main configuration, the inside of http, of server, of a location."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase

from clawkit.doctor.readers.nginx.directive import Directive, Tree

MAIN_ONLY = frozenset(("events", "http", "stream", "mail", "worker_processes", "user", "pid", "worker_rlimit_nofile"))
HTTP_ONLY = frozenset((
    "server", "upstream", "map", "geo", "split_clients", "limit_req_zone", "limit_conn_zone", "log_format",
    "proxy_cache_path",
))  # fmt: skip
SERVER_ONLY = frozenset(("location", "listen", "server_name"))
REQUEST = re.compile(
    r"(?:proxy|grpc|fastcgi|client|add_header|return|rewrite|if|set|auth_basic|auth_request|allow|deny|limit_req|error_page|"
    r"gzip|expires|sub_filter|try_files|root|alias)(?:_\w+)?$"
)
SET_ASIDE = re.compile(
    r"\.(?:bak|backup|disabled|off|old|orig|save|default|sample|example|rpm\w+|dpkg-\w+|ucf-\w+|swp)\d*$|~$"
)
"""Names of files that nobody includes on purpose, outside the folders where nginx takes all."""


class Piece(StrEnum):
    MAIN = "main"
    HTTP = "http"
    STREAM = "stream"
    SERVER = "server"
    LOCATION = "location"
    OTHER = "other"


def piece(tree: Tree) -> Piece:
    names = {each.name.removeprefix("\ufeff") for each in tree.directives}
    if names & MAIN_ONLY:
        return Piece.MAIN
    if names & HTTP_ONLY:
        return Piece.STREAM if _is_stream(tree) else Piece.HTTP
    if names & SERVER_ONLY:
        return Piece.SERVER
    return Piece.LOCATION if any(REQUEST.match(name) for name in names) else Piece.OTHER


def _is_stream(tree: Tree) -> bool:
    """A server that passes on without a location is one of stream."""
    servers = [each for each in tree.directives if each.name == "server"]
    return bool(servers) and all(_passes_bytes(server) for server in servers)


def _passes_bytes(server: Directive) -> bool:
    names = {each.name for each in server.inner}
    return bool(names & {"proxy_pass", "ssl_preread", "proxy_timeout"}) and not names & {
        "location",
        "server_name",
        "root",
    }


def set_aside(tree: Tree) -> bool:
    return bool(SET_ASIDE.search(posixpath.basename(tree.source.path)))


def sample(tree: Tree) -> bool:
    """In SWAG's folder of sites, of which it takes *.conf alone."""
    return tree.source.path.endswith(".conf.sample")


def available_only(tree: Tree) -> bool:
    """In the folder from which sites are picked, not in the one that nginx reads."""
    return posixpath.basename(posixpath.dirname(tree.source.path)) in ("sites-available", "conf-available", "disabled")


def enabled(tree: Tree) -> bool:
    return posixpath.basename(posixpath.dirname(tree.source.path)) == "sites-enabled"


def patterns(directives: Iterable[Directive]) -> Iterator[str]:
    """Of all includes that take several files of a folder, at any depth."""
    for each in directives:
        if each.name == "include" and each.args and any(sign in each.args[0] for sign in "*?["):
            yield each.args[0]
        yield from patterns(each.inner)


def misnamed(tree: Tree, wanted: Sequence[str]) -> bool:
    """It lies in a folder of which the main file takes some, and is called otherwise: conf.d/claw beside *.conf."""
    folder, name = posixpath.split(tree.source.path)
    of_folder = [posixpath.split(one) for one in wanted]
    names = [last for head, last in of_folder if posixpath.basename(head) == posixpath.basename(folder) != ""]
    return bool(names) and not any(fnmatchcase(name, one) for one in names)
