"""Why a target can be missed: what was measured about it, told on the page when it happens."""

from __future__ import annotations

UP = "what is more than the floor is verify and the start of Python; the steps say how much each"
NO_OP = "verify is most of it: 29 checks through TLS, and some ten calls of docker, which each take 30 to 50 ms"
COMMANDS: dict[str, str] = {
    "--help": "the import of click is half of it (see the modules); Python's own start is the floor",
    "render": "measured in CPU: 18 ms Python's start, 25 click, 100 pydantic and the model of the settings, 17 jinja2 "
    "and the templates, whose compiled form is kept in the user's cache folder (57 before that)",
    "status": "two calls of docker and one question through TLS, after the imports that `render` has too",
    "verify": "the calls of docker, which share two cores with what they ask about",
    "doctor on files": "all causes and their patterns are imported, which is nearly all of it",
    "doctor, live": "it runs verify, and then asks docker for the logs and the containers' configuration",
}
PROXY = {
    "nginx": "measured by leaving one thing out at a time (TLS, 32 connections, CPU for one request): on nginx "
             "1.22 the kit takes 26 to 29 µs, the hand-tuned 20 to 24 and the guide, which dials the gateway anew "
             "for each, 60 to 69; emptying the 40 headers with which a client could claim to be somebody else "
             "takes about 3 of them, looking whether the gateway is known to be away 1 to 2. On nginx 1.31 those "
             "headers take 12 of 46, beside 30 of the hand-tuned (6 runs of 1 s, in turns); why more than on 1.22 "
             "was not found. Less would be less safe",
    "caddy": "measured by leaving one thing out at a time (Caddy 2.6.2, TLS, 32 connections, the least CPU for one "
             "request of 8 runs of 1 s, in turns, on a busy machine): the kit takes 100 to 107 µs, the guide 76 to 91, "
             "the hand-tuned 69 to 76. 8 of the difference keep tokens out of Caddy's own log: it writes each request "
             "out for every log before it knows whether there will be a line. 3 remove the headers with which a client "
             "could claim to be somebody else. The matchers for upgrades and probes, the limit for bodies and the page "
             "for a gateway that is away are less than 3 each, which is less than can be told apart; a later garbage "
             "collection would save 6 and cost memory. At 1 and 256 connections it is the same CPU that is waited for",
}  # fmt: skip
GROWTH = "the steps before are too short to tell from the start of Python"
DOMAINS = "each domain has a server block or two routes of its own, a certificate, and connections that are kept"
CROWD = (
    "each further gateway is asked its own 29 questions: measured with four of them, that is 0.15 s of CPU of verify "
    "itself, six calls of docker of 20 ms each, and what gateway and proxy take to answer, all on two cores that the "
    "idle gateways use as well; two for each core are looked at side by side, because more make checks run out of time"
)
