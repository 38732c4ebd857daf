"""What a text is, by its content first and its name second: people call their files as they like."""

from __future__ import annotations

import re

from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.readers.filekind import FileKind as FileKind
from clawkit.doctor.readers.other_json import of_another
from clawkit.doctor.readers.prompts import BARE, FENCE, PROMPT
from clawkit.doctor.readers.text import TextFile

_JSON: tuple[tuple[FileKind, str], ...] = (
    (FileKind.INSPECT, r'"(?:State|NetworkSettings|HostConfig|IPAM)"\s*:\s*\{|"(?:TaskTemplate|DesiredState)"\s*:'),
    (FileKind.DOCKER_PS, r'"(?:Publishers|RunningFor|LocalVolumes)"\s*:|"Names"\s*:.*"Ports"'),
    (FileKind.TAILSCALE, r'"Handlers"\s*:\s*\{'),
    (FileKind.GATEWAY_LOG, r'"pending"\s*:\s*\[[\s\S]*"paired"\s*:\s*\['),
    (FileKind.CADDY_JSON, r'"apps"\s*:\s*\{|"handler"\s*:\s*"(?:reverse_proxy|subroute)"'),
    (FileKind.OPENCLAW,
     r"""(?m)^\s*\{?\s*["']?(?:gateway|agents|controlUi|channels|models|auth|meta|wizard|hooks|browser|"""
                        r"""plugins|session|messages|env|\$include|trustedProxies|bind)["']?\s*:"""),
)  # fmt: skip
_CONTENT: tuple[tuple[FileKind, str], ...] = (
    (FileKind.HANDSHAKE, r"^CONNECTED\(|^Certificate chain$|^Verify return code:|"
                         r"^ *Verify(?:ication)?(?: return code| error)?: |"
                         r"^connect:errno=|^no peer certificate available"),
    (FileKind.CERTIFICATE_TEXT, r"^Certificate:\s*$|^notAfter=|^notBefore=|^Found the following certs:|"
                                r"^ *Certificate Name: "),
    (FileKind.PEM, r"^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----|^-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    (FileKind.UNIT_STATUS,
     r"^ActiveState=\w|^[●○\u00d7*•]? ?[\w@.-]+\.(?:service|socket|timer)(?: - |$)|^ +Loaded: (?:loaded|not-found|"
                           r"masked)|"
                           r"^Unit [\w@.-]+\.service could not be found"),
    (FileKind.QUADLET, r"^\[(?:Container|Pod)\]\s*$"),
    (FileKind.UNIT, r"^\[(?:Unit|Service|Install)\]\s*$"),
    (FileKind.KUBERNETES, r"^kind: +[\"']?(?:Ingress|Service|Deployment|StatefulSet|DaemonSet|Pod|List)[\"']? *$"),
    (FileKind.COMPOSE, r"^(?:services|x-[\w-]+):[ \t]*(?:[&#].*)?$(?!\n+\s*- )"),
    (FileKind.TUNNEL, r"^ingress:[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[ \t]*- +(?:hostname|service|path|originRequest):"),
    (FileKind.ENVOY, r"^ *[\"']?(?:static_resources|@type)[\"']?:[ \t]*(?:$|[\"']?type\.googleapis\.com/envoy)"),
    (FileKind.TRAEFIK, r"^(?:entryPoints|certificatesResolvers|providers):\s*$|^\[(?:entryPoints|http\.routers|"
                       r"http\.services|"
                       r"providers|certificatesResolvers)|^ +(?:routers|loadBalancer):\s*$"),
    (FileKind.SOCKETS, r"^(?:Netid +)?State +Recv-Q|^ +sl +local_|^(?:tcp6?|udp6?)? *(?:LISTEN|UNCONN) +\d+ +\d+ |"
                       r"^Active Internet connections|"
                       r"^COMMAND +PID .*NAME|^(?:tcp|udp)6? +\d+ +\d+ \S+:(?:\d+|\*) "),
    (FileKind.DOCKER_STATS, r"^(?:CONTAINER ID|NAME)\b.* MEM USAGE / LIMIT "),
    (FileKind.DOCKER_PS, r"^ *CONTAINER ID +(?:IMAGE|NAMES|STATUS)|^NAMES +(?:IMAGE|STATUS|STATE|PORTS)|"
                         r"^NAME +(?:IMAGE|COMMAND|SERVICE)\b|^ *Name +Command +State"),
    (FileKind.FIREWALL, r"(?i:^(?:Status|Statut|État|Estado|Stato) ?: (?:in)?(?:active|actif|activo|attivo|aktiv)$)|"
                        r"^Chain [\w-]+ \(|^-[PNA] [A-Z][\w-]+|^table (?:inet|ip6?|bridge) \w+ \{|"
                        r"^\w+ \((?:active|default|default, active)\)|^ +(?:masquerade|icmp-block-inversion): "),
    (FileKind.SELINUX, r"^(?:Enforcing|Permissive|Disabled)$|^SELinux status:|^\w+ --> (?:on|off)$|"
                       r"(?:^|\s)\w+_u:\w+_r:\w+_t:s0\S* "),
    (FileKind.OWNERS, r"^Access: \(\d{4}/|^[dl-][rwxsStT-]{9}[.+@]? +\d+ \S+ +\S+ +\d+"),
    (FileKind.DISK, r"^Filesystem +(?:\S+ )?"),
    (FileKind.MEMORY, r"^ +total +used +free"),
    (FileKind.CLOCK, r"^ *(?:Local time|System clock synchronized|NTP synchronized): |^Reference ID +: |"
                     r"^System time +: |^ntpdate\[|offset [-+]?\d+\.\d+,? "),
    (FileKind.ADDRESSES, r"^default via \S+ dev |"
                          r"^\d+: \w[\w@.-]*: <[A-Z_,-]+>|^ +inet6? [\da-f.:]+|^\w+ +(?:UP|DOWN|UNKNOWN) +[\d.]+/\d+"),
    (FileKind.DNS, r"^; <<>> DiG|^;; (?:ANSWER|QUESTION|Got answer)|^\S+ has (?:IPv6 )?address |^Host \S+ not found: |"
                   r"^\*\* server can't find|^Server:\s+[\d.:a-f]+|^\S+ has no \w+ record|"
                   r"^[\w.-]+\.\s+\d+\s+IN\s+(?:A|AAAA|CNAME|CAA)\s"),
    (FileKind.TAILSCALE, r"^https?://\S+\.ts\.net(?::\d+)? \(|^\|-- /\S* +(?:proxy|path|text)|^No serve config"),
    (FileKind.GATEWAY_LOG, r"^(?:RPC|Connectivity) probe: |^Service runtime: status=|"
                           r"^Runtime: (?:running|stopped|unknown)\b|^OpenClaw status$|"
                           r"^[┌│◇] +(?:OpenClaw doctor|Doctor\b)|^(?:OpenClaw config is|Config) invalid$"),
    (FileKind.DOCKER_LOG, r"^ +Last State: +Terminated$|^Failed to connect to (?:user scope )?bus\b|"
                          r"^System has not been booted with systemd|^Server: Docker Desktop "),
    (FileKind.VERSION, r"^nginx version: |^v2\.\d+\.\d+ h1:|^(?:OpenClaw )?20\d\d\.\d+\.\d+(?:-\S+)?(?: \(\w+\))?$"),
)  # fmt: skip
_REPLIES: tuple[tuple[FileKind, str], ...] = (
    (FileKind.CURL, r"^(?:\* +|< |.*\d< )?HTTP/[\d.]+ \d{3}\b|^\* +(?:Trying|Connected to|Host \S+ was resolved|"
                    r"connect to|Could not resolve|SSL)|^curl: \(\d+\)|^ +HTTP/1\.[01] \d{3}|^--\d{4}-\d\d-\d\d .*-- +https?://|"
                    r"^wget: |^Connecting to \S+ \(\S+\)"),
    (FileKind.WEBSOCKET, r"^error: (?:Unexpected server response|connect |getaddrinfo|unable to|self[- ]signed|"
                         r"certificate)|^Connected \(press CTRL|^Disconnected \(code|^websocat: |^\[WARN +websocat"),
)  # fmt: skip
_SETTINGS: tuple[tuple[FileKind, str], ...] = (
    (FileKind.CADDYFILE, r"^\s*(?:reverse_proxy|handle_path|php_fastcgi|file_server|tls internal|header_up|"
                         r"auto_https|acme_ca|"
                         r"import \S+$|redir |respond |encode |root \* |templates\b)|^\s*(?:proxy /\S* \S+ *\{?|gzip|"
                         r"transparent)$|"
                         r"^\([\w-]+\) *\{|^(?:https?://)?(?:[\w*-]+\.)+[a-z]{2,}(?::\d+)?(?:,.*)? *\{$|^:\d+ *\{$"),
    (FileKind.NGINX, r"^\s*(?:server|http|events|stream|types)\s*\{|^\s*(?:upstream|location|map|geo|if|"
                     r"split_clients)\b[^;]*\{|"
                     r"^\s*(?:proxy_\w+|listen|server_name|ssl_\w+|worker_\w+|client_max_body_size|add_header|resolver|"
                     r"fastcgi_\w+|uwsgi_\w+|scgi_\w+|include|limit_req\w*|gzip\w*|set_real_ip_from|real_ip_\w+|"
                     r"set \$|return|rewrite|"
                     r"proxy_pass|root|charset\w*)\s[^{]*(?:;|$)|^# configuration file /"),
)  # fmt: skip


def _compiled(table: tuple[tuple[FileKind, str], ...]) -> tuple[tuple[FileKind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern, re.MULTILINE)) for kind, pattern in table)


JSON, CONTENT, REPLIES, SETTINGS = (_compiled(table) for table in (_JSON, _CONTENT, _REPLIES, _SETTINGS))
DOCKER_RUN = re.compile(r"^\s*(?:sudo )?(?:docker|podman)(?: container)? (?:run|create)\b", re.MULTILINE)
ASSIGNMENT = re.compile(r"^(?:export )?[A-Za-z_]\w* ?=")
HOSTS_LINE = re.compile(r"^(?:[\d.]{7,15}|[0-9a-fA-F]*:[0-9a-fA-F:]+)\s+[\w.-]+")
NEGLECTED = re.compile(r"\bproxy_pass\b|\bserver_name\b|\blisten\s+\S+;|\bfastcgi_pass\b")
"""Sure signs of nginx, also in a file whose `import` or `respond` line looks like Caddy's."""
HEAD_LINE = re.compile(r"\s*HTTP/[\d.]+ \d{3}\b")
OTHERS = (
    (FileKind.APACHE, (re.compile(r"^\s*(?:ProxyPass|RewriteRule|BalancerMember)\w* ", re.MULTILINE),)),
    (FileKind.HAPROXY, (re.compile(r"^(?:frontend|backend|listen|defaults|global)\b[^;{]*$", re.MULTILINE),
                        re.compile(r"^\s+(?:bind|server|mode|timeout|balance|option) [^;{]*$", re.MULTILINE))),
)  # fmt: skip
HEAD = 64 * 1024
LOG_KINDS = {
    Speaker.NGINX: FileKind.NGINX_LOG, Speaker.ACCESS: FileKind.ACCESS_LOG, Speaker.CADDY: FileKind.CADDY_LOG,
    Speaker.GATEWAY: FileKind.GATEWAY_LOG, Speaker.ACME: FileKind.ACME_LOG, Speaker.KERNEL: FileKind.KERNEL_LOG,
    Speaker.DOCKER: FileKind.DOCKER_LOG, Speaker.CLIENT: FileKind.CONSOLE, Speaker.PROXY: FileKind.PROXY_LOG,
}  # fmt: skip


def kind_of(file: TextFile) -> FileKind:
    """UNKNOWN where neither content nor name tells."""
    text = file.text.lstrip("\r\n")[:HEAD]
    if not text.strip():
        return FileKind.UNKNOWN
    if file.path.suffix.lower() in SCRIPTS or SHEBANG.match(text):
        return FileKind.DOCKER_RUN if DOCKER_RUN.search(text) else FileKind.UNKNOWN  # what it writes is no file yet
    return (
        _by_name(file, text) or _session(file, text) or _json(text, file.text) or _log(text) or _first(CONTENT, text)
        or _first(REPLIES, text) or _settings(file, text) or _table(text) or _weak_name(file)
    )  # fmt: skip


SHEBANG = re.compile(r"#!.*\b(?:(?:ba|z|da|k|fi)?sh|python[\d.]*|perl|ruby|node|php)\b")
SCRIPTS = (".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd")


def _first(table: tuple[tuple[FileKind, re.Pattern[str]], ...], text: str) -> FileKind | None:
    return next((kind for kind, rule in table if rule.search(text)), None)


def _session(file: TextFile, text: str) -> FileKind | None:
    """Prompts or fences: several things in one text. A Caddyfile's or a script's comments are none."""
    lines = text.splitlines()
    if lines[0].startswith("#!") or file.path.suffix in (".sh", ".yml", ".yaml", ".json"):
        return None
    lines = [line[4:] if line.startswith("    ") else line for line in lines]  # Markdown's other form of a block
    fenced = any(FENCE.match(line) for line in lines)
    prompts = any(((found := PROMPT.match(line)) and not found.group("root")) or BARE.match(line) for line in lines)
    if not fenced and not prompts and lines[0].startswith("# "):
        prompts = PROMPT.match(lines[0]) is not None and file.path.suffix in (".txt", ".log", ".out")
    return FileKind.SESSION if fenced or prompts else None


def _by_name(file: TextFile, text: str) -> FileKind | None:
    """Names that leave no doubt; a broken file is still what it was meant for."""
    name = file.path.name.lower()
    if name in ("nginx.conf", "mime.types", "fastcgi_params", "proxy_params") and not _log(text):
        return FileKind.NGINX
    if re.fullmatch(r"caddyfile(?:\.\w+)?|.+\.caddyfile", name):
        return FileKind.CADDYFILE
    if re.fullmatch(r"(?:docker-)?compose(?:[.-][\w.-]+)?\.(?:ya?ml|json)", name):
        return FileKind.COMPOSE
    if re.fullmatch(r"\.env(?:\..+)?|.+\.env", name):
        return FileKind.DOTENV
    if re.fullmatch(r"(?:openclaw|clawdbot|moltbot)\.json5?", name):
        return FileKind.OPENCLAW
    if name == "daemon.json" and text.lstrip().startswith("{"):
        return FileKind.DAEMON
    if name == "hosts" and any(HOSTS_LINE.match(line) for line in text.splitlines()):
        return FileKind.HOSTS_FILE
    return FileKind.UNIT if name.endswith((".service", ".socket")) and "[" in text else None


def _json(text: str, whole: str) -> FileKind | None:
    bare = re.sub(r"^(?:\s|//[^\n]*\n|/\*.*?\*/|#[^\n]*\n)+", "", text, flags=re.DOTALL)
    if bare[:1] == "{" and re.match(r'\{"[^\n]*\}\s*(?:\n|$)', bare):
        logged = _log(bare)
        if logged in (FileKind.ACCESS_LOG, FileKind.CADDY_LOG) or '"_meta"' in bare or '"subsystem"' in bare:
            return logged
    found = _first(JSON, bare) if bare[:1] in ("{", "[") else None
    return None if found is FileKind.OPENCLAW and of_another(whole if len(whole) > len(text) else bare) else found


def _log(text: str) -> FileKind | None:
    """Where most of the lines that can be told speak as a log does."""
    from clawkit.doctor.readers.logs.speaker import COMPOSE_PREFIX, JOURNAL, KIN, STAMP, plain, speaker_of, unprefixed

    lines = [plain(line).rstrip() for line in text.splitlines()[:300] if line.strip()]
    prefixed = [found for line in lines if (found := COMPOSE_PREFIX.match(line))]
    if len(prefixed) * 2 > len(lines) and len({found["service"] for found in prefixed}) < 12:
        return FileKind.DOCKER_LOG
    counts: dict[Speaker, int] = {}
    dated = 0
    for line in lines:
        dated += (JOURNAL.match(line) or STAMP.match(line)) is not None
        speaker = speaker_of(unprefixed(line))
        counts[speaker] = counts.get(speaker, 0) + 1
    silent = counts.pop(Speaker.UNKNOWN, 0)
    told = sum(counts.values())
    few = not told or (told * 4 < silent and max(counts.values()) < 3)
    if few and dated * 2 > len(lines) and KIN.search(text):
        return FileKind.DOCKER_LOG
    if not told or (told * 4 < silent and max(counts.values()) < 3):
        return None
    if _first(REPLIES, text) and (Speaker.CLIENT in counts or HEAD_LINE.match(text)) and len(counts) == 1:
        return None
    if told <= silent and (_first(CONTENT, text) or _first(SETTINGS, text)):
        return None
    most = max(counts, key=lambda speaker: counts[speaker])
    return LOG_KINDS[most] if len(counts) == 1 or counts[most] * 5 >= told * 3 else FileKind.DOCKER_LOG


def _settings(file: TextFile, text: str) -> FileKind | None:
    # what a script writes into files is no file yet
    if file.path.suffix.lower() in OF_OTHERS or text.startswith("#!"):
        return FileKind.DOCKER_RUN if DOCKER_RUN.search(text) else None
    if NEGLECTED.search(text) or "# configuration file /" in text:
        return FileKind.NGINX
    other = next((kind for kind, signs in OTHERS if all(sign.search(text) for sign in signs)), None)
    if other is not None:
        return other
    caddy, nginx = (len(rule.findall(text)) for _, rule in SETTINGS)
    if DOCKER_RUN.search(text):
        return FileKind.DOCKER_RUN
    if (not caddy and not nginx) or SHELL.search(text):
        return None
    if caddy >= nginx:
        return FileKind.CADDYFILE
    return FileKind.NGINX if file.path.suffix.lower() not in PROSE or BLOCK.search(text) else None


PROSE = (".md", ".mdx", ".markdown", ".rst", ".adoc", ".txt", ".in", ".log", ".out")
SHELL = re.compile(r"^ *(?:export|source|local|readonly) [\w./$]+|^\s*(?:fi|done|esac)\s*$|^\w+\(\) *\{$", re.MULTILINE)
"""Settings that a shell sources are called .conf too."""
BLOCK = re.compile(
    r"^\s*(?:server|http|events|stream|upstream|location|map)\b[^;\n]*\{|^\s*(?:[a-z]+_[a-z_]+|listen)\s[^;\n]*;",
    re.MULTILINE,
)
"""Sentences begin with "include" and "listen" too, and end without a semicolon."""


OF_OTHERS = (".yml", ".yaml", ".json", ".toml", ".tf", ".hcl", ".xml", ".sh", ".bash", ".ps1", ".bat", ".nix")
"""No proxy's configuration ends so, however much of its lines they hold."""


def _table(text: str) -> FileKind | None:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and all(HOSTS_LINE.match(line) for line in lines):
        return FileKind.HOSTS_FILE
    if lines and all(ASSIGNMENT.match(line) and " lvl=" not in line for line in lines):
        return FileKind.DOTENV
    return None


def _weak_name(file: TextFile) -> FileKind:
    """Prose is looked through line by line, other things are not understood."""
    from clawkit.doctor.readers.logs.speaker import KIN

    name = file.path.name.lower()
    if re.match(r"\s*<(?:!doctype html|html)\b", file.text, re.IGNORECASE):
        return FileKind.PAGE
    if file.path.suffix.lower() == ".log" and KIN.search(file.text[:HEAD]):
        return FileKind.DOCKER_LOG
    if file.path.suffix.lower() in (".txt", ".md", ".log", ".out") or re.search(
        r"symptom|notes?|terminal|console", name
    ):
        return FileKind.SESSION
    return FileKind.UNKNOWN
