from __future__ import annotations

from pathlib import Path

from clawkit.settings.example import example
from clawkit.settings.file import edited, parse
from clawkit.settings.model import Settings
from clawkit.settings.sources import FIELDS, load


def test_every_setting_stands_in_the_example_with_its_explanation() -> None:
    text = example()
    for key, info in Settings.model_fields.items():
        assert f"\n# {key}:" in text, key
        assert key == "gateways" or f"# {info.description}\n# {key}:" in text, key


def test_the_example_as_it_is_means_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "clawkit.yaml").write_text(example())
    loaded = load(tmp_path, {}, {})
    assert loaded.settings == Settings()
    assert set(loaded.origins.values()) == {"default"}


def test_the_example_without_its_comment_marks_means_the_defaults_too() -> None:
    bare = [line.removeprefix("# ") for line in example().splitlines() if line.startswith("# ") and _is_setting(line)]
    assert Settings(**parse("\n".join(bare), "example")) == Settings()


def _is_setting(line: str) -> bool:
    key = line.removeprefix("# ").split(":")[0]
    return key in FIELDS and key != "gateways"


def test_init_sets_a_value_on_the_line_of_its_comment() -> None:
    text = edited(example(), {"domain": "a.test"})
    assert text.count("domain: a.test") == 1
    assert len(text.splitlines()) == len(example().splitlines())
