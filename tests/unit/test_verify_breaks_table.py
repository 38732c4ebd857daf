"""A check that cannot fail is a defect: each one is seen failing on a real stack, by the test named here."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from clawkit.verify.registry import CHECKS

STACKS = Path(__file__).parents[1] / "stacks"

PROXY = "test_verify_breaks.py::test_a_proxy_that_is_wrong_in_one_way_fails_that_check_for_that_reason"
MORE, DEEP, DNS = "test_verify_breaks_more.py", "test_verify_deep.py", "test_verify_dns.py"
LETS_IN = "test_a_gateway_that_lets_everybody_in_is_noticed_without_a_token_and_with_a_wrong_one"
CUTS = f"{DEEP}::test_a_proxy_that_does_not_wait_cuts_the_model_and_the_idle_session"

SEEN_FAILING = {
    "dns": f"{DNS}::test_a_name_that_leads_to_an_address_where_the_ports_are_not_published_fails",
    "redirect": PROXY,
    "tls-version": PROXY,
    "tls-ciphers": PROXY,
    "certificate-chain": f"{MORE}::test_a_certificate_of_another_authority_is_not_trusted_and_no_token_is_sent",
    "certificate-name": f"{MORE}::test_a_certificate_for_another_name_is_noticed",
    "certificate-expiry": "test_tls_expiry.py::test_an_expired_certificate_is_still_served_and_said_to_be_expired",
    "healthz": PROXY,
    "startupz": PROXY,
    "readyz": PROXY,
    "every-address": f"{MORE}::test_an_address_that_leads_to_another_server_is_named",
    "control-ui": PROXY,
    "websocket-handshake": PROXY,
    "origin-accepted": "test_verify_breaks.py::test_an_origin_that_is_not_listed_is_noticed",
    "websocket-auth": f"{MORE}::test_another_token_than_the_gateways_opens_no_session",
    "health-rpc": "test_verify_session.py::test_a_session_whose_calls_are_not_answered_is_noticed",
    "proxy-timeouts": "test_verify_breaks.py::test_a_short_time_out_of_the_running_proxy_is_read_back",
    "body-limit": PROXY,
    "websocket-idle": CUTS,
    "long-request": CUTS,
    "token-missing-refused": f"test_verify_session.py::{LETS_IN}",
    "token-wrong-refused": f"test_verify_session.py::{LETS_IN}",
    "origin-foreign-refused": "test_verify_breaks.py::test_an_origin_list_that_lets_everybody_in_is_noticed",
    "unknown-host": PROXY,
    "gateway-port-closed": "test_verify_breaks.py::test_a_gateway_port_that_is_published_is_noticed",
    "hsts": PROXY,
    "security-headers": PROXY,
    "client-address": "test_verify_breaks.py::test_a_client_that_may_name_itself_is_noticed",
    "one-address": f"{MORE}::test_clients_that_come_through_dockers_own_proxy_share_one_address_and_it_is_said",
    "trust-pinned": "test_verify_breaks.py::test_wider_trust_is_noticed",
    "container-hardening": "test_verify_breaks.py::test_a_loosened_container_is_noticed_though_our_file_still_promises",
    "token-not-exposed": "test_verify_breaks.py::test_a_token_in_another_file_is_found",
    "security-audit": f"{MORE}::test_openclaws_audit_warns_and_fails_with_its_own_names",
    "restart-loss": f"{DEEP}::test_a_gateway_that_does_not_come_back_is_a_failure",
}


@cache
def parsed(file: str) -> ast.Module:
    return ast.parse((STACKS / file).read_text())


def test_every_check_is_in_the_table() -> None:
    assert sorted(SEEN_FAILING) == sorted(check.id for check in CHECKS)


@pytest.mark.parametrize("check", SEEN_FAILING)
def test_the_test_that_sees_it_failing_is_there_and_speaks_of_it(check: str) -> None:
    file, _, name = SEEN_FAILING[check].partition("::")
    [found] = [node for node in parsed(file).body if isinstance(node, ast.FunctionDef) and node.name == name]
    texts = {node.value for node in ast.walk(found) if isinstance(node, ast.Constant)}
    assert check in (broken_by_the_proxy() if SEEN_FAILING[check] == PROXY else texts | named_elsewhere(file))


def broken_by_the_proxy() -> set[object]:
    """The keys of BREAKS, by which that test is parametrized."""
    tables = [node.value for node in parsed("breaks.py").body if isinstance(node, ast.AnnAssign)]
    return {key.value for table in tables if isinstance(table, ast.Dict) for key in table.keys
            if isinstance(key, ast.Constant)}  # fmt: skip


def named_elsewhere(file: str) -> set[object]:
    """What the helpers of a test file name, such as `stack.verify("dns")`."""
    helpers = [node for node in parsed(file).body if isinstance(node, ast.FunctionDef) and node.name[:5] != "test_"]
    return {node.value for helper in helpers for node in ast.walk(helper) if isinstance(node, ast.Constant)}
