"""Keys of openclaw.json pasted without the braces around them, and files that another version wrote."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.readers.openclaw import config
from clawkit.doctor.readers.openclaw.fragment import whole
from clawkit.doctor.readers.other_json import of_another
from clawkit.doctor.readers.text import TextFile


def file(text: str) -> TextFile:
    return TextFile(Path("/given/symptom.md"), "symptom.md", text)


def test_braces_are_put_around_keys_and_lines_stay_where_they_are() -> None:
    made = whole(file('\n\n"gateway": {\n  "mode": "local",\n  "port": 18800\n},\n'))
    gateway = config.read(made, {})
    assert gateway.port is not None and (gateway.port.value, gateway.port.at.line) == (18800, 5)
    assert not gateway.problems and not gateway.unseen


def test_keys_of_the_section_itself_are_read_as_the_gateways_and_the_rest_is_not_known() -> None:
    gateway = config.read(whole(file('\ntrustedProxies: ["10.0.0.2"], // of mine\n')), {})
    assert gateway.trusted_proxies is not None and gateway.trusted_proxies[0].value == "10.0.0.2"
    assert gateway.unseen and not gateway.problems


def test_a_file_with_its_braces_is_left_as_it_is() -> None:
    given = file('// mine\n{"gateway": {}}\n')
    assert whole(given) is given


def test_a_word_that_an_older_version_knew_is_no_fault_of_its_file_and_a_wrong_bind_is() -> None:
    old = '{"meta": {"lastTouchedVersion": "2026.4.12"}, "gateway": {"reload": {"mode": "hot"}%s}}'
    assert not config.read(file(old % ""), {}).problems
    assert config.read(file(old % ', "mode": "nowhere"'), {}).problems
    assert config.read(file(old.replace("2026.4.12", "2026.9.6") % ""), {}).problems


def test_what_openclaw_status_printed_as_json_is_no_configuration() -> None:
    assert of_another('{"runtimeVersion": "2026.5.5", "channelSummary": [], "gateway": {}, "agents": {}}')


def test_of_an_older_file_only_the_keys_that_never_changed_are_called_unknown(tmp_path: Path) -> None:
    from clawkit.doctor.readers.assemble import read

    old = '{"meta": {"lastTouchedVersion": "2026.3.2"}, "gateway": {"mode": "local", "trustdProxies": [], '
    (tmp_path / "openclaw.json").write_text(old + '"nodes": {"denyCommands": []}}, "tools": {"older": 1}}')
    assert [key.value for key in read([tmp_path]).gateways[0].unknown_keys] == ["gateway.trustdProxies"]
