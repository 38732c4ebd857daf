"""Which version of a proxy can do what."""

from __future__ import annotations

from typing import Any

import pytest

from clawkit import features
from clawkit.features import CaddyFeatures, NginxFeatures
from clawkit.settings.model import Settings
from clawkit.stack import Image, Images, assemble


def of(proxy: str, version: str) -> NginxFeatures | CaddyFeatures:
    settings: dict[str, Any] = {"proxy": proxy}
    images = Images(Image("gateway", "", "given"), Image("proxy", version, "given"))
    return features.of(assemble(Settings(**settings), folder_name="x", pool="10.77.0.0/21", images=images))


@pytest.mark.parametrize(("version", "directive", "rotates"), [
    ("1.22.1", False, False), ("1.23.2", False, True), ("1.25.0", False, True), ("1.25.1", True, True),
    ("1.26.3", True, True), ("1.31.3", True, True),
])  # fmt: skip
def test_nginx_learned_its_directives_one_by_one(version: str, directive: bool, rotates: bool) -> None:
    assert of("nginx", version) == NginxFeatures(http2_directive=directive, rotates_ticket_keys=rotates)


SINCE_2_7 = ("persist_config", "stream_close_delay", "request_buffers", "same_certificate_twice")


@pytest.mark.parametrize(("version", "known"), [
    ("v2.6.2", ()),
    ("2.7.0", SINCE_2_7),
    ("2.8.4", (*SINCE_2_7, "log_append")),
    ("2.10.0", (*SINCE_2_7, "log_append", "acme_profile")),
    ("2.11.2", (*SINCE_2_7, "log_append", "acme_profile", "answers_413")),
    ("v2.11.4", (*SINCE_2_7, "log_append", "acme_profile", "answers_413", "retries_answers")),
])  # fmt: skip
def test_caddy_learned_its_options_one_by_one(version: str, known: tuple[str, ...]) -> None:
    names = CaddyFeatures.__dataclass_fields__
    assert of("caddy", version) == CaddyFeatures(**{name: name in known for name in names})


@pytest.mark.parametrize("proxy", ["nginx", "caddy"])
def test_an_image_that_does_not_tell_its_version_is_taken_for_the_newest(proxy: str) -> None:
    unknown = of(proxy, "")
    assert all(getattr(unknown, name) for name in unknown.__dataclass_fields__)
