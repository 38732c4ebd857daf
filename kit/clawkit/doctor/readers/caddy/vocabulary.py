"""Which words Caddy knows, since and until which version.

Taken from the releases' own sources (registered directives and options, the cases of UnmarshalCaddyfile) from 2.0.0
to 2.11; the first number is the release whose source has the word first.
"""

from __future__ import annotations

Version = tuple[int, ...]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORDER = _listed(
    "tracing map vars fs root log_append skip_log log_skip log_name header copy_response_headers request_body "
    "timeouts redir method rewrite uri try_files basicauth basic_auth forward_auth request_header encode push "
    "intercept templates invoke handle handle_path route abort error copy_response respond metrics reverse_proxy "
    "php_fastcgi file_server acme_server"
)
"""httpcaddyfile/directives.go, defaultDirectiveOrder."""

DIRECTIVES = frozenset([*ORDER, "bind", "tls", "log", "handle_errors"])

PLUGIN_DIRECTIVES = {
    "rate_limit": "http.handlers.rate_limit",
    "ratelimit": "http.handlers.rate_limit",
    "replace": "http.handlers.replace_response",
    "cache": "http.handlers.cache",
    "http_cache": "http.handlers.cache",
    "webdav": "http.handlers.webdav",
    "forward_proxy": "http.handlers.forward_proxy",
    "authenticate": "http.handlers.authenticator",
    "authorize": "http.authentication.providers.authorizer",
    "crowdsec": "http.handlers.crowdsec",
    "appsec": "http.handlers.appsec",
    "coraza_waf": "http.handlers.waf",
    "geoip2_vars": "http.handlers.geoip2",
    "brotli": "http.encoders.br",
    "layer4": "layer4",
    "realip": "http.handlers.realip",
    "trace": "http.handlers.trace",
    "exec": "http.handlers.exec",
    "security": "security",
    "mercure": "http.handlers.mercure",
    "php_server": "http.handlers.php",
    "php": "http.handlers.php",
    "dynamic_dns": "dynamic_dns",
    "tailscale_auth": "http.authentication.providers.tailscale",
    "cgi": "http.handlers.cgi",
    "git": "http.handlers.git",
    "waf": "http.handlers.waf",
    "defender": "http.handlers.defender",
    "sablier": "http.handlers.sablier",
    "umami": "http.handlers.umami",
    "maintenance": "http.handlers.maintenance",
}
"""Directives that well-known plugins bring; the stock build answers `unrecognized directive`."""

PLUGIN_OPTIONS = _words("layer4 security crowdsec dynamic_dns cache tailscale frankenphp geoip2 sablier souin")

VERSION_ONE = _words(
    "proxy gzip websocket transparent limits errors fastcgi ext internal mime status index startup shutdown expvar "
    "pprof browse markdown jwt cors ipfilter minify"
)
"""Directives of Caddy 1 that Caddy 2 does not know."""

OPTIONS = _words(
    "acme_ca acme_ca_root acme_dns acme_eab admin auto_https cert_issuer cert_lifetime debug default_bind "
    "default_sni dns ech email events fallback_sni filesystem grace_period http_port https_port key_type "
    "local_certs log metrics ocsp_interval ocsp_stapling on_demand_tls order persist_config pki preferred_chains "
    "renew_interval renewal_window_ratio servers shutdown_delay skip_install_trust storage storage_check "
    "storage_clean_interval tls_resolvers"
)

REVERSE_PROXY = _words(
    "to dynamic lb_policy lb_retries lb_try_duration lb_try_interval lb_retry_match health_uri health_path "
    "health_upstream health_port health_interval health_passes health_fails health_timeout health_status "
    "health_body health_method health_request_body health_follow_redirects health_headers fail_duration max_fails "
    "unhealthy_status unhealthy_latency unhealthy_request_count flush_interval request_buffers response_buffers "
    "buffer_requests buffer_responses max_buffer_size stream_timeout stream_close_delay stream_buffer_size "
    "verbose_logs trusted_proxies header_up header_down method rewrite transport handle_response replace_status"
)

TRANSPORT = _words(
    "read_buffer write_buffer read_timeout write_timeout max_response_header proxy_protocol forward_proxy_url "
    "network_proxy dial_timeout dial_fallback_delay response_header_timeout expect_continue_timeout resolvers tls "
    "tls_client_auth tls_insecure_skip_verify tls_curves tls_timeout tls_trusted_ca_certs tls_server_name "
    "tls_renegotiation tls_except_ports tls_trust_pool keepalive keepalive_interval keepalive_idle_conns "
    "keepalive_idle_conns_per_host versions compression max_conns_per_host local_address"
)

SERVERS = _words(
    "name listener_wrappers packet_conn_wrappers timeouts keepalive_interval keepalive_idle keepalive_count "
    "max_header_size enable_full_duplex expected_underscore_headers expected_dot_headers log_credentials protocols "
    "strict_sni_host trusted_proxies trusted_proxies_strict trusted_proxies_unix client_ip_headers metrics trace "
    "0rtt protocol"
)

MATCHERS = _words(
    "host path path_regexp method query header header_regexp protocol tls not expression vars vars_regexp remote_ip "
    "client_ip file url_pattern"
)

_SINCE: dict[str, dict[Version, str]] = {
    "directive": {
        (2, 1): "handle_path acme_server",
        (2, 3): "request_body",
        (2, 4): "abort error",
        (2, 5): "vars method tracing copy_response copy_response_headers",
        (2, 6): "forward_auth",
        (2, 7): "invoke",
        (2, 8): "basic_auth fs intercept log_append log_name log_skip",
        (2, 11): "timeouts",
    },
    "option": {
        (2, 3): "servers",
        (2, 4): "grace_period log ocsp_stapling storage_clean_interval",
        (2, 5): "default_bind preferred_chains renew_interval skip_install_trust",
        (2, 6): "ocsp_interval shutdown_delay",
        (2, 7): "fallback_sni persist_config",
        (2, 8): "cert_lifetime",
        (2, 9): "metrics storage_check",
        (2, 10): "dns ech renewal_window_ratio tls_resolvers",
    },
    "servers": {
        (2, 6): "keepalive_interval metrics protocols",
        (2, 6, 3): "trusted_proxies",
        (2, 7): "client_ip_headers enable_full_duplex name",
        (2, 8): "trace trusted_proxies_strict",
        (2, 11): "0rtt keepalive_count keepalive_idle packet_conn_wrappers trusted_proxies_unix",
    },
    "reverse_proxy": {
        (2, 4): "handle_response health_headers health_uri",
        (2, 5): "dynamic replace_status trusted_proxies",
        (2, 6): "lb_retries lb_retry_match method rewrite",
        (2, 7): "request_buffers response_buffers stream_close_delay stream_timeout",
        (2, 8): "health_fails health_follow_redirects health_passes verbose_logs",
        (2, 9): "health_method health_request_body health_upstream",
        (2, 11): "stream_buffer_size",
    },
    "transport": {
        (2, 5): "keepalive_interval resolvers",
        (2, 6): "read_timeout write_timeout tls_except_ports tls_renegotiation",
        (2, 7): "proxy_protocol",
        (2, 8): "forward_proxy_url tls_curves tls_trust_pool",
        (2, 9): "local_address",
        (2, 10): "network_proxy",
    },
}
SINCE: dict[tuple[str, str], Version] = {
    (where, word): version
    for where, by_version in _SINCE.items()
    for version, words in by_version.items()
    for word in words.split()
}
UNTIL: dict[tuple[str, str], Version] = {
    ("reverse_proxy", "buffer_requests"): (2, 8),
    ("reverse_proxy", "buffer_responses"): (2, 8),
    ("reverse_proxy", "max_buffer_size"): (2, 8),
    ("servers", "protocol"): (2, 8),
}
"""The first release without the word."""


def missing_in(version: Version, word: str, where: str) -> bool:
    """The version is known, and that word is not in it."""
    since, until = SINCE.get((where, word)), UNTIL.get((where, word))
    return bool((since and version < since) or (until and version >= until))


def depends_on_version(word: str) -> bool:
    return any(word == known for _, known in (*SINCE, *UNTIL))
