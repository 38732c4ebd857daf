from __future__ import annotations

import errno
import http.client
import socket
import ssl

import pytest

from clawkit.probe.failure import Trouble, failure_of


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(), Trouble.REFUSED),
        (TimeoutError(), Trouble.TIMEOUT),
        (ConnectionResetError(), Trouble.CLOSED),
        (http.client.RemoteDisconnected("closed"), Trouble.CLOSED),
        (http.client.BadStatusLine("x"), Trouble.BAD_ANSWER),
        (socket.gaierror(-2, "unknown"), Trouble.NO_ADDRESS),
        (OSError(errno.EHOSTUNREACH, "no route"), Trouble.UNREACHABLE),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert"), Trouble.NO_CERTIFICATE),
        (ssl.SSLError(1, "[SSL: TLSV1_UNRECOGNIZED_NAME] tlsv1"), Trouble.UNKNOWN_NAME),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong"), Trouble.NOT_TLS),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1"), Trouble.TLS_VERSION),
        (ssl.SSLError(1, "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3"), Trouble.TLS_OTHER),
        (ValueError("odd"), Trouble.OTHER),
    ],
)
def test_each_exception_becomes_the_fact_that_it_stands_for(error: Exception, kind: Trouble) -> None:
    assert failure_of(error).kind is kind


def test_a_failure_reads_as_its_text() -> None:
    assert f"{failure_of(ConnectionRefusedError())}" == "connection refused"
