"""Caddy's own JSON (autosave.json, `caddy adapt`, /config/ of the admin API), put back into directives and read as
a Caddyfile is."""

from __future__ import annotations

from collections.abc import Iterator
from json.decoder import JSONDecodeError

from clawkit.doctor.model.place import Place, Problem
from clawkit.doctor.model.proxy import Proxy, ProxyKind
from clawkit.doctor.readers.caddy.block import Block
from clawkit.doctor.readers.caddy.caddyfile import proxy_of
from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.handler import Writer
from clawkit.doctor.readers.caddy.located import Node, parse
from clawkit.doctor.readers.caddy.place import in_file
from clawkit.doctor.readers.caddy.reading import Reading
from clawkit.doctor.readers.caddy.vocabulary import Version
from clawkit.doctor.readers.text import TextFile


def is_json(file: TextFile) -> bool:
    """Also a broken one; a Caddyfile's first brace is followed by an option, never by a quotation mark."""
    text = file.text.lstrip("\ufeff \t\r\n")
    return text.startswith("{") and text[1:].lstrip()[:1] in ('"', "}") and text.rstrip().endswith("}")


def native(file: TextFile, version: Version | None) -> Proxy:
    try:
        root = parse(file.text.lstrip("\ufeff"))
    except JSONDecodeError as error:
        words = f"decoding config: {error.msg}"
        at = in_file(file, error.lineno)
        return Proxy(ProxyKind.CADDY, (), Place(file.shown, None, file.shown), problems=(Problem(words, at, "syntax"),))
    writer = Writer(file)
    http = _http(root)
    blocks = [Block([], True, list(_options(root, http, writer)))]
    for _, server in http.get("servers").items():
        blocks += _server(server, root, http, writer)
    reading = Reading(version)
    for module in writer.modules:
        reading.needs(module.text, module)
    proxy = proxy_of(blocks, reading, file, (file.shown,))
    return proxy


def _http(root: Node) -> Node:
    """Wherever the piece that was recorded begins."""
    for path in (("apps", "http"), ("http",), ()):
        node = root.get(*path)
        if node.get("servers"):
            return node
    if any(server.get("listen") for _, server in root.items()):
        return Node({"servers": root}, root.line)
    return root


def _options(root: Node, http: Node, writer: Writer) -> Iterator[Directive]:
    for name in ("http_port", "https_port"):
        if http.get(name):
            yield writer.line(http.get(name), name, http.get(name).text)
    admin = root.get("admin")
    if admin.get("listen") or admin.get("disabled"):
        yield writer.line(admin, "admin", "off" if admin.get("disabled").content else admin.get("listen").text)
    for _, server in http.get("servers").items():
        auto = server.get("automatic_https")
        for key, word in (("disable", "off"), ("disable_redirects",) * 2, ("disable_certificates", "disable_certs")):
            if auto.get(key).content:
                yield writer.line(auto, "auto_https", word)
        inner = list(_server_options(server, writer))
        if inner:
            listen = (server.get("listen").texts() or [""])[0]
            yield writer.line(server, "servers", listen, block=inner)


def _server_options(server: Node, writer: Writer) -> Iterator[Directive]:
    trusted = server.get("trusted_proxies")
    if trusted:
        yield writer.line(trusted, "trusted_proxies", trusted.get("source").text, *trusted.get("ranges").texts())
    for name in ("client_ip_headers", "protocols"):
        if server.get(name):
            yield writer.line(server.get(name), name, *server.get(name).texts())
    if server.get("trusted_proxies_strict").content:
        yield writer.line(server.get("trusted_proxies_strict"), "trusted_proxies_strict")
    wrappers = [one.get("wrapper") for one in server.get("listener_wrappers").each()]
    if wrappers:
        lines = [writer.line(one, one.text) for one in wrappers if one]
        yield writer.line(server.get("listener_wrappers"), "listener_wrappers", block=lines)


def _server(server: Node, root: Node, http: Node, writer: Writer) -> Iterator[Block]:
    """A block for each set of hosts, whose routes come one after the other; what names no host holds for the rest."""
    listens = server.get("listen").texts() or [":80"]
    catch_all: list[Directive] = []
    routed: dict[tuple[str, ...], tuple[Node, list[Directive]]] = {}
    for route in server.get("routes").each():
        named = [host for one in route.get("match").each() for host in one.get("host").texts()]
        content = writer.route(route, without_host=True)
        if not named:
            catch_all += content
            continue
        routed.setdefault(tuple(named), (route, []))[1].extend(content)
    for hosts, (route, content) in routed.items():
        keys = [writer.token(route, key) for host in hosts for key in _keys(host, listens, server, http)]
        yield Block(keys, True, [*_tls(list(hosts), root, writer), *writer.as_route(route, content)])
    if catch_all or not routed:
        keys = [writer.token(server, key) for key in _keys("", listens, server, http)]
        yield Block(keys, True, writer.as_route(server, catch_all))


def _keys(host: str, listens: list[str], server: Node, http: Node) -> Iterator[str]:
    http_port = http.get("http_port").text or "80"
    policies = bool(server.get("tls_connection_policies"))
    off = bool(server.get("automatic_https", "disable").content)
    for listen in listens:
        port = listen.rpartition(":")[2]
        secure = port != http_port and (policies or (bool(host) and not off))
        if not host and not secure:
            yield f":{port}"
        else:
            yield f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _tls(hosts: list[str], root: Node, writer: Writer) -> Iterator[Directive]:
    automation = root.get("apps", "tls", "automation", "policies")
    for policy in automation.each():
        subjects = policy.get("subjects").texts()
        if subjects and not set(subjects) & set(hosts):
            continue
        for issuer in policy.get("issuers").each():
            name = issuer.get("module")
            if name.text == "internal":
                yield writer.line(name, "tls", "internal")
                return
            lines = [writer.line(issuer.get("ca"), "dir", issuer.get("ca").text)] if issuer.get("ca") else []
            dns = issuer.get("challenges", "dns", "provider", "name")
            lines += [writer.line(dns, "dns", dns.text)] if dns else []
            yield writer.line(name, "tls", block=[writer.line(name, "issuer", name.text, block=lines)])
            return
        if subjects:
            return
    for loaded in root.get("apps", "tls", "certificates", "load_files").each():
        cert = loaded.get("certificate")
        yield writer.line(cert, "tls", cert.text, loaded.get("key").text)
        return
