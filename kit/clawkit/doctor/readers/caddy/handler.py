"""Handlers and matchers of Caddy's JSON, written as the directives that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from clawkit.doctor.readers.caddy.directive import Directive
from clawkit.doctor.readers.caddy.located import Node
from clawkit.doctor.readers.caddy.placeholder import short
from clawkit.doctor.readers.caddy.token import Token
from clawkit.doctor.readers.text import TextFile

_MIDDLE = ("headers", "rewrite", "vars", "encode", "request_body", "authentication", "templates", "map", "tracing")
_SILENT = ("log_append", "copy_response", "copy_response_headers", "push", "acme_server", "metrics", "invoke")


class Writer:
    def __init__(self, file: TextFile) -> None:
        self.file = file
        self.modules: list[Token] = []
        self.matchers = 0

    def token(self, node: Node, text: str) -> Token:
        return Token(text, self.file, node.line)

    def line(self, node: Node, name: str, *words: str, block: Iterable[Directive] = ()) -> Directive:
        return Directive(self.token(node, name), tuple(self.token(node, word) for word in words), tuple(block))

    def as_route(self, node: Node, content: list[Directive]) -> list[Directive]:
        """JSON routes run as written."""
        return [self.line(node, "route", block=content)] if content else []

    def route(self, route: Node, without_host: bool = False) -> list[Directive]:
        handlers = [line for handler in route.get("handle").each() for line in self.handler(handler)]
        sets = [list(self.matcher(one, without_host)) for one in route.get("match").each()]
        only_passing = all(one.get("handler").text in _MIDDLE for one in route.get("handle").each())
        name = "handle" if route.get("group") and not only_passing else "route"
        if not handlers:
            return []
        if not any(sets):
            inner = handlers if name == "route" else [self.line(route, "route", block=handlers)]
            return [self.line(route, name, block=inner)]
        found = []
        for terms in sets:
            self.matchers += 1
            matcher = f"@{self.matchers}"
            found.append(self.line(route, matcher, block=terms))
            if len(handlers) == 1 and name == "route":
                only = handlers[0]
                rest = only.args[1:] if only.words[:1] == ("*",) else only.args
                found.append(Directive(only.token, (self.token(route, matcher), *rest), only.block))
            else:
                inner = [self.line(route, "route", block=handlers)]
                found.append(self.line(route, name, matcher, block=inner))
        return found

    def matcher(self, one: Node, without_host: bool) -> Iterator[Directive]:
        for name, node in one.items():
            if name == "host" and without_host:
                continue
            if name == "not":
                for inner in node.each():
                    yield self.line(node, "not", block=self.matcher(inner, False))
            elif name in ("header", "query"):
                for field, values in node.items():
                    yield from (self.line(values, name, field, text) for text in values.texts() or ["*"])
            elif name in ("header_regexp", "vars_regexp"):
                for field, how in node.items():
                    yield self.line(node, name, short(field), how.get("pattern").text)
            else:
                yield self.line(node, name, *_words(node))

    def handler(self, node: Node) -> Iterator[Directive]:
        name = node.get("handler").text
        known: dict[str, Callable[[Node], Iterator[Directive]]] = {
            "subroute": self._subroute,
            "reverse_proxy": self._reverse_proxy,
            "static_response": self._static,
            "headers": self._headers,
            "rewrite": self._rewrite,
            "authentication": self._authentication,
            "request_body": self._body,
            "error": self._error,
            "file_server": self._bare,
        }
        if name in known:
            yield from known[name](node)
        elif name in (*_MIDDLE, *_SILENT):
            yield from self._bare(node)
        elif name:
            self.modules.append(self.token(node.get("handler"), f"http.handlers.{name}"))

    def _bare(self, node: Node) -> Iterator[Directive]:
        yield self.line(node, node.get("handler").text)

    def _subroute(self, node: Node) -> Iterator[Directive]:
        inner = [line for route in node.get("routes").each() for line in self.route(route)]
        if inner:
            yield self.line(node, "route", block=inner)

    def _static(self, node: Node) -> Iterator[Directive]:
        status, location = node.get("status_code").text, node.get("headers", "Location").texts()
        if node.get("abort").content:
            yield self.line(node, "abort")
        elif location:
            yield self.line(node, "redir", "*", short(location[0]), status or "302")
        else:
            yield self.line(node, "respond", "*", *[word for word in (node.get("body").text, status) if word])

    def _error(self, node: Node) -> Iterator[Directive]:
        yield self.line(node, "error", *[word for word in (node.get("status_code").text,) if word])

    def _headers(self, node: Node) -> Iterator[Directive]:
        for part, name in (("request", "request_header"), ("response", "header")):
            lines = list(self._operations(node.get(part)))
            yield from (self.line(node, name, line.name, *line.words) for line in lines)

    def _operations(self, node: Node) -> Iterator[Directive]:
        for mark, key in (("", "set"), ("+", "add")):
            for field, values in node.get(key).items():
                yield from (self.line(values, mark + field, short(text)) for text in values.texts())
        for field in node.get("delete").texts():
            yield self.line(node.get("delete"), f"-{field}")
        for field, changes in node.get("replace").items():
            for one in changes.each():
                find = one.get("search_regexp").text or one.get("search").text
                yield self.line(one, field, find, one.get("replace").text)

    def _rewrite(self, node: Node) -> Iterator[Directive]:
        if node.get("strip_path_prefix"):
            yield self.line(node, "uri", "strip_prefix", node.get("strip_path_prefix").text)
        if node.get("uri"):
            yield self.line(node, "rewrite", "*", short(node.get("uri").text))

    def _authentication(self, node: Node) -> Iterator[Directive]:
        users = node.get("providers", "http_basic", "accounts")
        yield self.line(node, "basic_auth", block=[self.line(one, one.get("username").text) for one in users.each()])

    def _body(self, node: Node) -> Iterator[Directive]:
        size = node.get("max_size")
        yield self.line(node, "request_body", block=[self.line(size, "max_size", size.text)] if size else [])

    def _reverse_proxy(self, node: Node) -> Iterator[Directive]:
        asks = [one for one in node.get("handle_response").each() if one.get("match", "status_code")]
        if asks and node.get("rewrite", "method").text == "GET":
            # what forward_auth is adapted to: a 2xx lets the request go on
            dials_asked = [one.get("dial").text for one in node.get("upstreams").each()]
            uri = node.get("rewrite", "uri")
            copied = [self.line(name, "copy_headers", field) for field, name in _copied(node.get("handle_response"))]
            yield self.line(node, "forward_auth", "*", *dials_asked, block=[self.line(uri, "uri", uri.text), *copied])
            return
        dials = [self.token(node, "*")]
        dials += [self.token(one.get("dial"), one.get("dial").text) for one in node.get("upstreams").each()]
        block = [*self._settings(node), *self._transport(node.get("transport"))]
        for part, name in (("request", "header_up"), ("response", "header_down")):
            lines = self._operations(node.get("headers", part))
            block += [self.line(node, name, line.name, *line.words) for line in lines]
        yield Directive(self.token(node, "reverse_proxy"), tuple(dials), tuple(block))

    def _settings(self, node: Node) -> Iterator[Directive]:
        for name in ("flush_interval", "stream_timeout", "stream_close_delay"):
            if node.get(name):
                yield self.line(node.get(name), name, _duration(node.get(name)))
        for name in ("request_buffers", "response_buffers", "buffer_requests", "buffer_responses"):
            if node.get(name):
                yield self.line(node.get(name), name, node.get(name).text)
        tries = node.get("load_balancing", "try_duration")
        if tries:
            yield self.line(tries, "lb_try_duration", _duration(tries))
        if node.get("handle_response"):
            yield self.line(node.get("handle_response"), "handle_response")
        if node.get("trusted_proxies"):
            yield self.line(node.get("trusted_proxies"), "trusted_proxies", *node.get("trusted_proxies").texts())
        yield from self._health(node.get("health_checks", "active"))

    def _health(self, active: Node) -> Iterator[Directive]:
        for key, name in (("uri", "health_uri"), ("path", "health_uri"), ("port", "health_port")):
            if active.get(key):
                yield self.line(active.get(key), name, active.get(key).text)
        for key in ("interval", "timeout"):
            if active.get(key):
                yield self.line(active.get(key), f"health_{key}", _duration(active.get(key)))
        if active.get("expect_status"):
            yield self.line(active.get("expect_status"), "health_status", active.get("expect_status").text)
        headers = active.get("headers")
        if headers:
            lines = [self.line(values, field, *values.texts()) for field, values in headers.items()]
            yield self.line(headers, "health_headers", block=lines)

    def _transport(self, node: Node) -> Iterator[Directive]:
        if not node:
            return
        lines = []
        for name in ("dial_timeout", "response_header_timeout", "read_timeout", "write_timeout"):
            if node.get(name):
                lines.append(self.line(node.get(name), name, _duration(node.get(name))))
        for name in ("versions", "proxy_protocol"):
            if node.get(name):
                lines.append(self.line(node.get(name), name, *node.get(name).texts()))
        tls = node.get("tls")
        if tls:
            lines.append(self.line(tls, "tls"))
        if tls.get("insecure_skip_verify").content:
            lines.append(self.line(tls, "tls_insecure_skip_verify"))
        if tls.get("server_name"):
            lines.append(self.line(tls, "tls_server_name", tls.get("server_name").text))
        keep = node.get("keep_alive")
        if keep.get("enabled").content is False:
            lines.append(self.line(keep, "keepalive", "off"))
        elif keep.get("idle_timeout"):
            lines.append(self.line(keep, "keepalive", _duration(keep.get("idle_timeout"))))
        yield self.line(node, "transport", node.get("protocol").text or "http", block=lines)


def _duration(node: Node) -> str:
    """Numbers are nanoseconds; -1 stays a bare number, as in a Caddyfile."""
    if isinstance(node.content, (int, float)):
        return str(int(node.content)) if node.content < 0 else f"{int(node.content)}ns"
    return node.text


def _words(node: Node) -> list[str]:
    for key in ("pattern", "expr"):
        if node.get(key):
            return [node.get(key).text]
    return node.get("ranges").texts() or node.texts() or [name for name, _ in node.items()]


def _copied(answers: Node) -> Iterator[tuple[str, Node]]:
    """The headers that what follows an allowing answer sets on the request."""
    for route in (route for one in answers.each() for route in one.get("routes").each()):
        for handler in route.get("handle").each():
            yield from handler.get("request", "set").items()
