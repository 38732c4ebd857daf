"""What `nginx -t` refuses in a directive by itself: its name, its place, the number and kind of its arguments.

The table of directives is ngxparse's, taken from nginx's source. Compared with nginx 1.31.3, directive by directive in
every context, it was never too lenient and too strict only where the two `LENIENT` say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clawkit.doctor.model.place import Problem, Value
from clawkit.doctor.readers.nginx.directive import Directive
from clawkit.doctor.readers.nginx.measure import seconds, size

Context = tuple[str, ...]
MAIN: Context = ()
HTTP: Context = ("http",)
SERVER: Context = ("http", "server")
LOCATION: Context = ("http", "location")
STREAM: Context = ("stream",)

BLOCKS = frozenset(("events", "http", "server", "location", "if", "limit_except", "upstream", "stream", "mail"))
"""Whose content is directives; the content of others (map, types) is data."""
LENIENT = frozenset((
    "include", "js_access", "js_content", "js_path", "js_set", "js_import", "js_var", "resolver_timeout", "keepalive",
    "auth_jwt", "auth_jwt_key_file", "auth_jwt_key_request", "ssl",
))  # fmt: skip
LENIENT_IN_STREAM = frozenset((
    "set", "resolver", "server_name", "server_names_hash_bucket_size", "server_names_hash_max_size", "ssl_stapling",
    "ssl_stapling_file", "ssl_stapling_responder", "ssl_stapling_verify",
))  # fmt: skip
NEWER = frozenset((
    "add_header_inherit", "add_trailer_inherit", "early_hints", "http2", "keepalive_min_timeout", "max_headers",
    "proxy_cookie_flags", "proxy_pass_trailers", "proxy_socket_rcvbuf", "proxy_socket_sndbuf", "proxy_ssl_alpn",
    "proxy_ssl_certificate_cache", "proxy_ssl_conf_command", "grpc_ssl_certificate_cache", "grpc_ssl_conf_command",
    "proxy_half_close", "ssl_certificate_cache", "ssl_certificate_compression", "ssl_conf_command", "ssl_ech_file",
    "ssl_key_log", "ssl_object_cache_inheritable", "ssl_ocsp", "ssl_ocsp_cache", "ssl_ocsp_responder",
    "ssl_reject_handshake", "uwsgi_ssl_certificate_cache", "uwsgi_ssl_conf_command", "gzip_hash", "gzip_window",
    "gzip_no_buffer", "post_action", "postpone_gzipping", "auth_delay", "http2_pool_size", "http3", "http3_hq",
    "http3_max_concurrent_streams", "http3_stream_buffer_size", "quic_active_connection_id_limit", "quic_bpf",
    "quic_gso", "quic_host_key", "quic_retry", "state", "sticky", "sticky_cookie_insert", "ntlm", "queue",
    "least_time", "random", "mgmt", "pass", "num_map", "userid_flags", "http2_streams_index_size",
    "proxy_downstream_buffer", "proxy_upstream_buffer", "oidc_provider",
))  # fmt: skip
"""Of nginx itself and missing in the table."""
FOREIGN = re.compile(
    r"\w+_by_lua(?:_\w+)?$|(?:lua|more|echo|brotli|zstd|modsecurity|geoip2?|vhost_traffic_status|subs_filter|otel|opentracing|"
    r"jaeger|datadog|pagespeed|passenger|fancyindex|acme|js|auth_jwt|auth_ldap|ldap|auth_pam|auth_oidc|nchan|push_stream|"
    r"upload|srcache|redis2?|memc|testcookie|image_filter|dav_ext|crowdsec|perl|rtmp|vod|hls|check|upstream_fair|naxsi|"
    r"headers_more|set_(?:escape|unescape|md5|sha1|hmac|random|secure|if_empty|quote|encode|decode|misc|by|formatted|local|rotate|"
    r"hashed|base32)|array|encrypted_session|form_input|drizzle|postgres|rds|xss|coolkit|iconv|replace_filter|limit_upload|"
    r"cookie_flag|cookie_jar|access_control|wasm|ssl_ja3|ja4|stream_lua|tengine|dyups|dynamic_upstream|keyval|njs|unit|tunnel|"
    r"auth_digest|auth_spnego|auth_gss|auth_totp|length_hiding|strip|concat|session|status|api|zone_sync|proxy_cache_purge|"
    r"health_check|match|security|waf|bot|app_protect|trace|ssi_\w+|xslt|f4f|live)(?:_\w+)?$|[A-Z]\w+$"
)
"""Of modules that the stock build lacks: known to exist, or at least not to be judged."""
TIMES = frozenset((
    "proxy_connect_timeout", "proxy_read_timeout", "proxy_send_timeout", "client_body_timeout", "send_timeout",
    "client_header_timeout", "proxy_timeout", "resolver_timeout", "grpc_read_timeout", "grpc_send_timeout",
))  # fmt: skip
SIZES = frozenset(("client_max_body_size", "proxy_buffer_size", "proxy_busy_buffers_size", "client_body_buffer_size"))
CHOICES = {
    "proxy_http_version": ("1.0", "1.1", "2", "2.0"),
    "ssl_protocols": ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
    "ssl_verify_client": ("on", "off", "optional", "optional_no_ca"),
    "satisfy": ("all", "any"),
}
CLIENT = re.compile(r"all|unix:|\d+(?:\.\d+){3}(?:/[\d.]+)?|[0-9a-fA-F]*:[0-9a-fA-F:.]*(?:/\d+)?")
ONCE = re.compile(
    r"(?:proxy|grpc|fastcgi)_(?:\w*timeout|buffer_size|buffering|buffers|request_buffering|bind|http_version|pass|method|"
    r"intercept_errors|ssl_(?:verify|verify_depth|name|server_name|certificate|trusted_certificate|session_reuse)|cache|cache_key|"
    r"socket_keepalive|ignore_client_abort|limit_rate|busy_buffers_size|temp_file_write_size|max_temp_file_size|"
    r"pass_request_(?:headers|body)|next_upstream_tries)$|"
    r"client_(?:max_body_size|body_timeout|header_timeout|header_buffer_size|body_buffer_size|body_temp_path)$|"
    r"(?:alias|root|try_files|auth_basic|auth_basic_user_file|auth_request|autoindex|charset|chunked_transfer_encoding|"
    r"default_type|etag|expires|gzip|gzip_comp_level|gzip_min_length|gzip_vary|gzip_http_version|http2|keepalive_requests|"
    r"keepalive_timeout|large_client_header_buffers|merge_slashes|port_in_redirect|absolute_redirect|real_ip_header|"
    r"real_ip_recursive|resolver|resolver_timeout|send_timeout|sendfile|server_name_in_redirect|server_names_hash_bucket_size|"
    r"server_tokens|tcp_nodelay|tcp_nopush|types_hash_max_size|underscores_in_headers|ssl_(?:buffer_size|ciphers|"
    r"client_certificate|dhparam|ecdh_curve|prefer_server_ciphers|session_tickets|session_timeout|stapling|stapling_verify|"
    r"trusted_certificate|verify_client|verify_depth|early_data|reject_handshake)|worker_processes|worker_connections|pid|user|"
    r"worker_rlimit_nofile|events|http|stream|satisfy)$"
)
"""Refused when it stands twice at one level; found by writing each twice into a configuration of nginx 1.31.3."""


def inner_context(context: Context, name: str) -> Context:
    return LOCATION if context[:1] == HTTP and name == "location" else (*context, name)


def problems(directives: Sequence[Directive], context: Context) -> Iterator[Problem]:
    met: set[str] = set()
    for directive in directives:
        fault = _fault(directive, context)
        if fault is None and directive.name in met and ONCE.match(directive.name):
            fault = "duplicate-directive", f'"{directive.name}" directive is duplicate'
        met.add(directive.name)
        if fault is not None:
            yield Problem(fault[1], directive.at, fault[0])
        elif directive.block is not None and directive.name in BLOCKS:
            yield from problems(directive.block, inner_context(context, directive.name))


def foreign(directives: Sequence[Directive]) -> Iterator[Value[str]]:
    """Modules that are loaded, and directives that the stock build lacks."""
    from crossplane.analyzer import DIRECTIVES

    for directive in directives:
        if directive.name == "load_module":
            yield Value(directive.text, directive.at)
        elif directive.name not in DIRECTIVES and directive.name not in NEWER and FOREIGN.match(directive.name):
            yield Value(directive.name, directive.at)
        if directive.name in BLOCKS:
            yield from foreign(directive.inner)


def _fault(directive: Directive, context: Context) -> tuple[str, str] | None:
    """Kind and message."""
    from crossplane.analyzer import DIRECTIVES

    name = directive.name
    if name not in DIRECTIVES and name not in NEWER and not FOREIGN.match(name):
        return "unknown-directive", f'unknown directive "{name}"'
    lenient = name in LENIENT or name in NEWER or (context[:1] == STREAM and name in LENIENT_IN_STREAM)
    return (None if lenient else _misplaced(directive, context)) or _invalid(directive)


def _misplaced(directive: Directive, context: Context) -> tuple[str, str] | None:
    from crossplane.analyzer import analyze
    from crossplane.errors import NgxParserDirectiveContextError, NgxParserDirectiveError

    statement = {"directive": directive.name, "line": directive.at.line, "args": list(directive.args)}
    try:
        analyze(None, statement, ";" if directive.block is None else "{", context)
    except NgxParserDirectiveContextError as error:
        return "not-allowed-here", error.strerror
    except NgxParserDirectiveError as error:
        return "arguments", error.strerror
    return None


def _invalid(directive: Directive) -> tuple[str, str] | None:
    name, args = directive.name, directive.args
    if name in ("set", "map") and args and not args[-1 if name == "map" else 0].startswith("$"):
        return "arguments", f'invalid variable name "{args[-1 if name == "map" else 0]}"'
    if not args or any("$" in word or "{{" in word for word in args):
        return None
    if (name in TIMES and seconds(args[0]) is None) or (name in SIZES and size(args[0]) is None):
        return "arguments", f'"{name}" directive invalid value'
    if name in ("allow", "deny") and not CLIENT.fullmatch(args[0]):
        return "arguments", f'invalid parameter "{args[0]}"'
    for word in args if name in CHOICES else ():
        if word.lower() not in (choice.lower() for choice in CHOICES[name]):
            return "arguments", f'invalid value "{word}"'
    return None
