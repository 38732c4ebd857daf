"""Variables: which ones nginx has by itself, which the configuration makes, and which are used and made nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clawkit.doctor.model.place import Problem
from clawkit.doctor.readers.nginx.directive import Directive

NAME = re.compile(r"\$(?:\{([a-zA-Z0-9_]+)\}|([a-zA-Z_][a-zA-Z0-9_]*))")
CAPTURE = re.compile(r"\(\?P?[<']([A-Za-z_]\w*)[>']")
PREFIXES = (
    "http_", "arg_", "cookie_", "sent_http_", "sent_trailer_", "upstream_http_", "upstream_cookie_",
    "upstream_trailer_", "ssl_", "realip_", "tcpinfo_", "proxy_protocol_", "jwt_", "geoip_", "geoip2_", "otel_",
    "lua_", "echo_", "modsec_", "acme_", "opentracing_", "brotli_", "zstd_", "fastcgi_",
)  # fmt: skip
BUILT_IN = frozenset((
    "ancient_browser", "args", "binary_remote_addr", "body_bytes_sent", "bytes_received", "bytes_sent", "connection",
    "connection_requests", "connection_time", "content_length", "content_type", "date_gmt", "date_local",
    "limit_rate", "limit_conn_status", "limit_req_status", "memcached_key", "secure_link", "secure_link_expires",
    "session_time", "spdy", "spdy_request_priority", "time_iso8601", "time_local", "uid_got", "uid_reset", "uid_set",
    "quic", "document_root", "document_uri", "gzip_ratio", "host", "hostname", "http2", "http3", "https",
    "invalid_referer", "is_args", "is_request_port", "modern_browser", "msec", "msie", "nginx_version", "pid",
    "pipe", "protocol", "proxy_add_x_forwarded_for", "proxy_host", "proxy_internal_body_length", "proxy_port",
    "query_string", "realpath_root", "remote_addr", "remote_port", "remote_user", "request", "request_body",
    "request_body_file", "request_completion", "request_filename", "request_id", "request_length", "request_method",
    "request_port", "request_time", "request_uri", "scheme", "server_addr", "server_name", "server_port",
    "server_protocol", "slice_range", "status", "upstream_addr", "upstream_bytes_received", "upstream_bytes_sent",
    "upstream_cache_age", "upstream_cache_status", "upstream_connect_time", "upstream_first_byte_time",
    "upstream_header_time", "upstream_last_addr", "upstream_last_server_name", "upstream_queue_time",
    "upstream_response_length", "upstream_response_time", "upstream_session_time", "upstream_status", "uri",
    "invocation_id", "early_hints", "cache_purge", "grpc_internal_trailers", "proxy_internal_connection",
    "proxy_internal_chunked",
))  # fmt: skip
"""nginx 1.31.3's own, asked one by one, and those of modules that its build lacks."""
TEMPLATE = re.compile(r"\.(?:template|tmpl|tpl|envsubst|in|j2)$")
"""Files in which ${NAME} is filled in before nginx reads them: the official image's envsubst, and its like."""
PATTERN_FIRST = frozenset(
    ("rewrite", "proxy_redirect", "proxy_cookie_path", "proxy_cookie_domain", "fastcgi_split_path_info")
)
"""Their first argument is or may be a regular expression, where "$" means the end."""
FREE = frozenset((
    "location", "server_name", "types", "geo", "split_clients", "env", "ssl_ciphers", "valid_referers", "include",
    "match", "js_import", "load_module", "upstream",
))  # fmt: skip
"""Their arguments hold no variables, or none that has to exist."""


MANAGER = {"x_forwarded_proto", "x_forwarded_scheme"}
"""What the main file of Nginx Proxy Manager maps; people hand over its proxy_host files alone."""


SWAG = re.compile(r"(?:^|/)proxy-confs/")
"""The folder of linuxserver's image, whose main file has the map; people hand over its proxy-confs alone."""
SYNOLOGY = re.compile(r"(?:^|/)server\.ReverseProxy\.conf$")
"""What DSM writes of its reverse proxy's rules; its main file has the map."""


def _sources(directives: Sequence[Directive]) -> Iterator[str]:
    for each in directives:
        yield each.at.source
        yield from _sources(each.inner)


def used(text: str) -> Iterator[str]:
    for found in NAME.finditer(text):
        yield found[1] or found[2]


def made(directives: Sequence[Directive]) -> Iterator[str]:
    """Names that set, map, named captures and the like make, in lower case as nginx keeps them."""
    for each in directives:
        name, args = each.name, each.args
        if name in ("set", "auth_request_set", "js_set", "js_var", "perl_set", "keyval") or name.startswith("set_"):
            yield from (word[1:].strip("{}").lower() for word in args if word.startswith("$"))
        elif name in ("map", "geo", "split_clients", "num_map", "geoip2"):
            yield from (word[1:].strip("{}").lower() for word in args[-1:])
            yield from (
                word[1:].lower() for inner in each.inner for word in (inner.name, *inner.args) if word[:1] == "$"
            )
        elif name.endswith(("_claim_set", "_header_set")) or "_by_lua" in name:
            yield from (word[1:].lower() for word in args if word.startswith("$"))
        if name in ("server_name", "location", "if", "rewrite", "map"):
            words = (*args, *(inner.name for inner in each.inner)) if name == "map" else args
            yield from (capture.lower() for word in words for capture in CAPTURE.findall(word))
        if name not in ("map", "geo", "split_clients", "types"):
            yield from made(each.inner)


def unknown(directives: Sequence[Directive]) -> Iterator[Problem]:
    """As nginx says it, each name once, where it is used first."""
    names = set(made(directives))
    if "forward_scheme" in names:
        names |= MANAGER
    if any(SWAG.search(source) or SYNOLOGY.search(source) for source in _sources(directives)):
        names.add("connection_upgrade")
    told: set[str] = set()
    for each, name in _uses(directives):
        low = name.lower()
        if low in names or low in told or low in BUILT_IN or low.startswith(PREFIXES):
            continue
        if name.isupper() and TEMPLATE.search(each.at.source):
            continue
        told.add(low)
        yield Problem(f'unknown "{low}" variable', each.at, "unknown-variable")


def _uses(directives: Sequence[Directive]) -> Iterator[tuple[Directive, str]]:
    for each in directives:
        for word in _readable(each):
            yield from ((each, name) for name in used(word))
        if each.name == "map":
            yield from ((inner, name) for inner in each.inner for word in inner.args for name in used(word))
        elif each.name not in FREE or each.name in ("location", "upstream"):
            yield from _uses(each.inner)


def _readable(directive: Directive) -> tuple[str, ...]:
    """Arguments in which nginx looks for variables."""
    name, args = directive.name, directive.args
    if name in FREE or "lua" in name:
        return ()
    if name == "map":
        return args[:-1]
    if name in ("set", "auth_request_set", "js_set", "perl_set") or name in PATTERN_FIRST:
        return args[1:] if name != "js_set" else ()
    if name == "if" and len(args) > 2 and "~" in args[1]:
        return args[:1]
    return tuple(word for word in args if not word.startswith("~"))
