"""Who speaks in a line of a log, whatever file or pipe it went through."""

from __future__ import annotations

import re

from clawkit.doctor.model.failure import Speaker
from clawkit.doctor.readers.logs.others import FORM

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\x1b[()][A-Z0-9]|(?<![\w\"'])\[(?:\d{1,2};?)+m")
"""Terminal colours; also those whose escape character was lost when the text was copied."""
LOST = "[0m"
"""Without its escape character; who colours a word ends with this or with [39m, and the gateway's lines have both."""
COMPOSE_PREFIX = re.compile(r"^(?P<service>[A-Za-z0-9][\w.-]*?)[ ]{0,60}\|(?:[ ](?P<text>.*)|$)")
STAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))[ \t]+")
"""`docker logs -t`, `docker compose logs -t`, and the gateway's own."""
JOURNAL = re.compile(
    r"^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) [\w.-]+ (?P<unit>[\w@./-]+?)(?:\[\d+\])?: "
)
"""journald's and syslog's: "Nov 24 13:44:51 host nginx[123]: "."""  # fmt: skip

PLATFORM = re.compile(r"^\d{4}-\d\d-\d\dT\S+ (?:(?:app|proxy|runner)\[\w+\] \w{3} \[\w+\]|\[(?:inf|err|dbg|wrn)\]) *")
"""`fly logs`, `railway logs`."""

NGINX_STAMP = r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"
_RULES: tuple[tuple[Speaker, str], ...] = (
    (Speaker.PROXY, FORM),
    (Speaker.KERNEL, r"type=(?:AVC|USER_AVC)\b|^\[(?: *\d+\.\d{3,}|"
                     r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\] |"
                     r"avc: +denied|Out of memory: Kill|oom-kill:|"
                     r"invoked oom-killer|^net\.ipv4\.ip_forward ?=|\[UFW (?:BLOCK|AUDIT|ALLOW)|"
                     r"\bIN=\S* OUT=\S* .*\bPROTO=|apparmor=\"(?:DENIED|ALLOWED)\"|"
                     r"Memory cgroup out of memory|"
                     r"fail2ban\.(?:actions|filter|jail|server)|"
                     r"[|\u2502] [Ii]p:[\da-fA-F.:]+ *[|\u2502].*[|\u2502] ban\b"),
    (Speaker.NGINX, rf"^{NGINX_STAMP} \[(?:emerg|alert|crit|error|warn|notice|info|debug)\] \d+#\d+|"
                    r"^nginx: (?:\[|configuration file|the configuration|invalid option)|^/docker-entrypoint|"
                    r"^\d{2}-[\w-]+\.(?:sh|envsh): "),
    (Speaker.ACCESS, r'^\S+ \S+ .{1,64}? \[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+\] "|'
                     r"^\[\d\d/[A-Z][a-z]{2}/\d{4}:[^\]]+\] (?:\S+ ){3,8}https?\b|"
                     r'^\{(?=.*"logger":"http\.log\.access)(?=.*"status":)|'
                     r'^\{(?!.*"level")(?=.*"status": ?"?\d{3})(?=.*"(?:uri|path|request|request_uri|url)": ?")'),
    (Speaker.CADDY, r'^\{(?=.*"level":"\w+")(?=.*"ts":)(?=.*"(?:msg|logger)":)|'
                    rf"^{NGINX_STAMP}(?:\.\d+)?\s+(?:DEBUG|INFO|WARN|ERROR|FATAL|PANIC)\s|^caddy: error|"
                    r"^Error: (?:adapting|loading|validating|sending configuration|initial(?!izing source)|"
                    r"caddyfile|Caddyfile|reading config)|^(?:run|reload|validate): (?:loading|adapting|sending)"),
    (Speaker.ACME, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}:[A-Z]+:(?:certbot|acme|urllib3)|"
                   r"^\[[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]+ \S+ \d{4}\]|"
                   rf"^{NGINX_STAMP} (?:\[(?:INFO|WARN)\] (?:\[|acme)|Could not obtain|error: one or more)|"
                   r"urn:ietf:params:acme:error|^Certbot failed|^certbot: error: |The requested [\w-]+ plugin does not|"
                   r"^Challenge failed for domain|acme-challenge/|"
                   r"^Some challenges have failed|^ +(?:Domain|Type|Detail|Hint): |^Saving debug log to /var/log/lets|"
                   r"^(?:Requesting|Renewing|Attempting to renew) (?:a|an existing)? ?cert|^Failed to renew cert|"
                   r"^An unexpected error occurred:|too many (?:certificates|failed authorizations|registrations)|"
                   r"^Could not bind TCP port \d+ because|^Problem binding to port \d+|"
                   r"^requests\.exceptions\.\w+: HTTPSConnectionPool|Unable to obtain ACME certificate|"
                   r"The ACME resolve\w* .*is skipped|^Requested name \S+ is an IP address"),
    (Speaker.DOCKER, r"Error response from daemon|^\[rootlesskit|^error while interpolating |"
                     r"^required variable \S+ is missing a value|"
                     r"no suitable node \(|"
                     r"Cannot connect to the Docker daemon|"
                     r"failed to connect to the docker API|permission denied while trying to connect to the [Dd]ocker|"
                     r"^(?:container|network) [\w: ./-]+ [0-9a-f]{12,64} \(|"
                     r"no matching manifest for |"
                     r"rootlessport |pasta failed with|^Failed to bind port \d+ \(|short-name \"|"
                     r"^Error: (?:unable to (?:start|copy|pull)|initializing source|creating container|netavark|"
                     r"OCI runtime|container \S+ |crun: |runc: |statfs )|^error from registry: |"
                     r"error while creating mount source path|Mounts denied|"
                     r"^ *(?:[✔✘⠿] )?(?:Container|Network|Volume) \S+ +(?:Creat|Start|Runn|"
                     r"Wait|"
                     r"Healthy|Error|Exited|Stopp|Remov|Recreat)|dependency failed to start|port is already allocated|"
                     r"driver failed programming|^env file \S+ not found|IPv4 forwarding is disabled|"
                     r"declared as external, but could not be found|^failed to register layer|"
                     r"^external (?:network|volume) \S+ not found|"
                     r"^failed to bind host port|failed to set up container networking|address already in use$|"
                     r'^service "[^"]+" (?:refers to|depends on|has)|no such service|^time="[^"]+" level=|'
                     r"^failed to (?:create network|solve|deploy)|dockerd\[|Pool overlaps with other|could not find an "
                     r"available, non-overlapping|No chain/target/match by that name|"
                     r"exited with code \d+( \(restarting\))?$"),
    (Speaker.CLIENT, r"^curl: \(\d+\)|Unexpected server response: \d|WebSocket connection to |disconnected \(\d{4}\)|"
                     r"net::ERR_|NET::ERR_|\bERR_[A-Z]+_[A-Z_]+|^Mixed Content:|Failed to load (?:module script|"
                     r"resource)|"
                     r"^Refused to (?:connect|load|execute|frame)|DNS_PROBE_|(?:SSL|SEC|PR|MOZILLA_PKIX)_(?:ERROR|"
                     r"CONNECT)_|"
                     r"Firefox can.t establish|(?:gateway|WebSocket) closed \(\d{4}\)|"
                     r"rejected websocket upgrade \(HTTP \d|^(?:Error: )?SECURITY ERROR: |GatewayClientRequestError: |"
                     r"^wget: |^websocat: |Disconnected \(code: |"
                     r"^(?:\* +)?CONNECT tunnel failed|"
                     r"from proxy after CONNECT|[Tt][Ll][Ss] fingerprint mismatch|^Gateway probe failed: |"
                     r"^channel \d+: open failed: |^(?:Error: )?Hostname/IP does not match certificate's altnames|"
                     r"No required SSL certificate was sent|The plain HTTP request was sent to HTTPS port|"
                     r"^(?:WebSocket|socket|ws)\b.{0,20} closed?\b.{0,12}\b1\d{3}\b|"
                     r"^NetworkError|The operation is insecure|^ERR_NGROK_"),
    (Speaker.GATEWAY, r"^\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d|Z)? (?:trace|debug|info|warn|error|fatal) "
                      r"[a-z][\w-]*(?:/[\w.-]+)* \S|"
                      r"^\[(?!(?:emerg|alert|crit|error|warn|notice|info|debug|fatal|trace|cont-|custom-|services|"
                      r"fix-attrs|s6|ls\.io|"
            r"migrations)\S*\])[a-z][a-z0-9_-]*(?:/[\w.-]+)*\] \S|"
            r"^(?:\[?\d[\d:.TZ+-]+\]? )?\[(?:gateway|ws|openclaw|clawdbot|moltbot|control-ui|canvas|"
                      r"heartbeat|"
                      r"reload|plugins|health|agent|agents|auth|secrets|SECRETS_\w+|shutdown|diagnostic|browser|"
                      r"channels?|"
                      r"tailscale|telegram|discord|whatsapp|slack|hooks|cron|state|config|sidecars?|startup|tools|mdns|"
                      r"bonjour)\b|"
                      r"Gateway (?:start blocked|failed to start|service)|Refusing to bind gateway|gateway (?:start|"
                      r"already|"
                      r"token|connect|did not)|Invalid config at|Config (?:invalid|was last written)|EADDRINUSE|"
                      r"^ +at .*/(?:openclaw|clawdbot|moltbot)/(?:dist|node_modules)/|^ +at .*/app/dist/|"
            r"node:sqlite is unavailable|SQLite support is unavailable|"
            r"^Error: Cannot find module '/\S*(?:dist|openclaw)|^node:internal/|^Node\.js v\d[\d.]+$|"
            r"proxy_attribution_required|Startup failed: required secrets|requires state migration|EACCES: |EROFS: |"
                      r"Invalid --bind|Missing config\.|Unrecognized keys?:|allowedOrigins|"
                      r"JavaScript heap out of memory|"
                      r"openclaw (?:doctor|gateway|devices|setup|configure|onboard|requires Node)|"
                      r"Node\.js v[\d.]+\S* is required|"
                      r"(?:openclaw|clawdbot|moltbot)[\w@-]*\.service: "),
)  # fmt: skip
RULES = tuple((speaker, re.compile(pattern)) for speaker, pattern in _RULES)

KIN = re.compile(
    r"cloudflared|\b[Tt]unnel|connIndex=|openclaw|clawdbot|moltbot|traefik|(?:router|provider|entryPoint)Name=|"
    r"ngrok|\bfrp[cs]?\b|haproxy\[|lvl=\w+ msg=|no route found: |connect to local service \["
)
"""In the log of a program that has no form of its own here and belongs to the way all the same."""
STRANGERS = re.compile(
    r"(?:postfix|sshd|mysqld|mariadbd|postgres|redis|dovecot|exim|sendmail|php|cron|smartd|snapd)", re.I
)
"""Units in the journal of a whole host that have a port, a certificate and a disk of their own to complain of."""

OWN = {speaker: rule for speaker, rule in RULES if speaker in (Speaker.NGINX, Speaker.ACCESS, Speaker.CADDY)}
"""Forms that nobody else's line has."""

_NAMES = (
    (re.compile(r"caddy"), Speaker.CADDY),
    (re.compile(r"certbot|acme|lego|letsencrypt"), Speaker.ACME),
    (re.compile(r"oauth2"), Speaker.PROXY),
    (re.compile(r"nginx|openresty|npm|swag|proxy"), Speaker.NGINX),
    (re.compile(r"claw|molt"), Speaker.GATEWAY),
    (re.compile(r"^kernel$|^audit"), Speaker.KERNEL),
    (re.compile(r"^docker"), Speaker.DOCKER),
)


def plain(line: str) -> str:
    """Without terminal colours."""
    return ANSI.sub("", line) if "\x1b" in line or LOST in line else line


def unprefixed(line: str) -> str:
    """Without what journald and `logs -t` write before it."""
    journal = PLATFORM.match(line) or JOURNAL.match(line)
    return STAMP.sub("", line[journal.end() :] if journal else line)


def speaker_of(text: str, likely: Speaker = Speaker.UNKNOWN) -> Speaker:
    """By the line's own form; UNKNOWN for a continuation, a stack trace, prose. `likely` is only asked first."""
    if likely in OWN and OWN[likely].search(text):
        return likely
    for speaker, rule in RULES:
        if rule.search(text):
            return speaker
    return Speaker.UNKNOWN


def by_name(name: str) -> Speaker:
    """Whose log a service, container or unit of this name writes."""
    lowered = name.lower()
    return next((speaker for rule, speaker in _NAMES if rule.search(lowered)), Speaker.UNKNOWN)
