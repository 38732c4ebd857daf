from __future__ import annotations

import pytest

from clawkit.images.refusals import Refusal, brief, build_words, classify, last_words

DAEMON = "Error response from daemon: "
U, M, D, A = Refusal.UNREACHABLE, Refusal.MISSING, Refusal.DENIED, Refusal.ARCHITECTURE

# dockerd 20.10.24 against docker-registry 2.8.2, a server that answers one status, and names that do not resolve
RECORDED = [
    (U, DAEMON + 'Get "https://r.example/v2/": dial tcp: lookup r.example on 10.255.255.53:53: no such host'),
    (U, DAEMON + 'Get "http://127.0.0.1:9/v2/": dial tcp 127.0.0.1:9: connect: connection refused'),
    (U, DAEMON + 'Get "https://192.0.2.77:5000/v2/": dial tcp 192.0.2.77:5000: connect: no route to host'),
    (U, DAEMON + 'Get "https://192.0.2.2:39701/v2/": x509: certificate signed by unknown authority'),
    (U, DAEMON + 'Get "https://192.0.2.2:36361/v2/": tls: first record does not look like a TLS handshake'),
    (U, DAEMON + "toomanyrequests: You have reached your pull rate limit."),
    (U, DAEMON + "received unexpected HTTP status: 500 Internal Server Error"),
    (U, DAEMON + "received unexpected HTTP status: 502 Bad Gateway"),
    (U, DAEMON + "received unexpected HTTP status: 503 Service Unavailable"),
    (U, DAEMON + "received unexpected HTTP status: 504 Gateway Timeout"),
    (M, DAEMON + "manifest for 127.0.0.1:32808/caddy:nope not found: manifest unknown: manifest unknown"),
    (M, DAEMON + "error parsing HTTP 404 response body: invalid character 'o' looking for beginning of value"),
    (D, DAEMON + "unauthorized"),
    (D, DAEMON + "denied"),
    (A, "no matching manifest for linux/amd64 in the manifest list entries"),
]

# other engines, registries and proxies, in the words of their sources and their users
REPORTED = [
    (U, DAEMON + 'Get "https://r.example/v2/": net/http: request canceled while waiting for connection '
                 "(Client.Timeout exceeded while awaiting headers)"),
    (U, DAEMON + 'Get "https://r.example/v2/": context deadline exceeded'),
    (U, DAEMON + 'Get "https://r.example/v2/": Forbidden'),
    (U, DAEMON + 'Get "https://r.example/v2/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused'),
    (U, DAEMON + 'failed to resolve reference "r.example/claw:2": failed to do request: '
                 'Head "https://r.example/v2/claw/manifests/2": dial tcp: lookup r.example: no such host'),
    (M, DAEMON + 'failed to resolve reference "r.example/claw:1": r.example/claw:1: not found'),
    (D, DAEMON + "pull access denied for nobody/nothing, repository does not exist or may require 'docker login': "
                 "denied: requested access to the resource is denied"),
    (D, DAEMON + 'Head "https://r.example/v2/openclaw/private/manifests/1": unauthorized'),
    (A, DAEMON + "no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in "
                 "manifest: not found"),
    (Refusal.DISK_FULL, "failed to register layer: write /usr/bin/node: no space left on device"),
    (Refusal.OTHER, "permission denied while trying to connect to the Docker daemon socket at "
                    'unix:///var/run/docker.sock: '
                    'Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/info": dial unix /var/run/docker.sock: connect: '
                    "permission denied"),
    (Refusal.OTHER, "invalid reference format: repository name must be lowercase"),
]  # fmt: skip


@pytest.mark.parametrize(("refusal", "words"), RECORDED + REPORTED)
def test_each_refusal_is_told_from_dockers_words(refusal: Refusal, words: str) -> None:
    assert classify(words) is refusal


def test_the_brief_reason_leaves_the_url_out() -> None:
    assert brief(RECORDED[0][1]) == "lookup r.example: no such host"
    assert brief(RECORDED[3][1]) == "x509: certificate signed by unknown authority"


def test_credentials_in_a_url_are_not_repeated() -> None:
    assert last_words("E: http://me:secret@mirror.example/x failed") == "E: http://***@mirror.example/x failed"


def test_a_failed_build_is_told_by_what_the_step_itself_said() -> None:
    words = "#11 ERROR: x\n------\n > [app 3/3] RUN npm ci:\n0.08 /bin/sh: 1: npm: Permission denied\n------\nERROR: x"
    assert build_words(words) == "/bin/sh: 1: npm: Permission denied"


def test_a_failed_build_without_an_excerpt_is_told_by_its_last_line() -> None:
    assert build_words("#1 DONE\nERROR: failed to solve: nothing\n") == "ERROR: failed to solve: nothing"
