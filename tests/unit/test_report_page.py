from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from clawkit.check import Outcome, Result
from clawkit.render import templates_root
from clawkit.report import page
from clawkit.report.page import Verdict
from samples import DOWN, GREEN, IMAGE_ID, SHA256, but, every_outcome, made, result

VOID = {"meta", "link", "path", "circle", "rect", "use", "br"}
AA = 4.5
"""WCAG 2.2, 1.4.3, for text of ordinary size."""


class Reader(HTMLParser):
    """Tags that close in order, the attributes of all, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def read(results: tuple[Result, ...], left_out: tuple[str, ...] = ()) -> Reader:
    reader = Reader()
    reader.feed(page.document(results, made(results), 612, left_out))
    reader.close()
    assert reader.open == []
    return reader


def text_of(reader: Reader) -> str:
    return re.sub(r"\s+", " ", " ".join(reader.text))


def test_every_check_is_a_row_with_what_was_seen_and_measured() -> None:
    results = every_outcome()
    reader = read(results)
    assert {at["data-check"]: at["class"] for _, at in reader.seen if "data-check" in at} == {
        one.id: one.outcome.value for one in results}  # fmt: skip
    text = text_of(reader)
    for one in results:
        assert one.title in text and one.summary in text, one.id
        assert all(str(value) in text for value in one.measured.values()), one.id


def test_what_did_not_pass_comes_first_with_the_next_command() -> None:
    text = text_of(read(every_outcome()))
    steps = text[text.index("What to do next") : text.index("The checks")]
    for part in ("title of control-ui", "clawkit logs proxy", "9 days left", "clawkit verify -vv --only unknown-host",
                 "ValueError: boom"):  # fmt: skip
        assert part in steps, part
    assert "startupz did not pass" not in steps
    assert "What to do next" not in text_of(read(GREEN))


def test_the_picture_marks_the_break_and_the_sentence_below_it_names_the_reason() -> None:
    reader = read(but("healthz", Outcome.FAILED, summary="502: no answer", measured=DOWN, reason="clawkit logs"))
    stops = [at["class"].split()[1] for _, at in reader.seen if at.get("class", "").startswith("stop ")]
    assert stops[:3] == ["ok", "unknown", "ok"] and stops[5] == "broken" and len(stops) == 7
    assert sum(at.get("class") == "break" for _, at in reader.seen) == 1
    assert "The way breaks between Proxy and Gateway: 502: no answer." in text_of(reader)


def test_a_green_picture_has_no_break_and_says_what_was_not_looked_at() -> None:
    reader = read(GREEN)
    assert not any(at.get("class") == "break" for _, at in reader.seen)
    assert "A request gets through: Client, Port, TLS, Proxy, Gateway. Not looked at: DNS, Model." in text_of(reader)
    assert "8.4 ms" in text_of(reader)


@pytest.mark.parametrize(("results", "verdict"), [
    (GREEN, Verdict("ok", "All 9 checks passed")),
    (GREEN[:1], Verdict("ok", "1 check passed")),
    (but("hsts", Outcome.SKIPPED), Verdict("ok", "8 checks passed, 1 skipped")),
    (but("hsts", Outcome.WARNING), Verdict("warning", "Passed with 1 warning")),
    (but("hsts", Outcome.CRASHED), Verdict("crashed", "1 check could not look")),
    (every_outcome(), Verdict("failed", "1 check failed")),
    ((), Verdict("crashed", "Nothing could be checked")),
    ((result("a", outcome=Outcome.CRASHED), result("b", outcome=Outcome.SKIPPED)),
     Verdict("crashed", "Nothing could be checked")),
])  # fmt: skip
def test_the_headline_says_failed_only_of_what_was_looked_at(results: tuple[Result, ...], verdict: Verdict) -> None:
    assert page.verdict(results) == verdict
    assert verdict.headline in text_of(read(results))


def test_what_a_server_sends_is_shown_and_never_run() -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> \" ' & {{ 7 * 7 }} \x00 \u202e"
    results = (replace(result("healthz", outcome=Outcome.FAILED, summary=hostile, reason=hostile, body=hostile),
                       title=hostile),)  # fmt: skip
    reader = read(results, (hostile,))
    assert {tag for tag, _ in reader.seen} & {"script", "img", "iframe", "object", "form"} == set()
    assert not any(name.startswith("on") for _, attributes in reader.seen for name in attributes)
    assert "<script>alert(1)</script><img src=x onerror=alert(1)> \" ' & {{ 7 * 7 }} \ufffd \ufffd" in text_of(reader)


def test_the_page_loads_nothing_from_anywhere() -> None:
    reader = read(every_outcome())
    loading = [at[key] for tag, at in reader.seen for key in ("src", "href", "data", "srcset")
               if key in at and tag != "a"]  # fmt: skip
    assert all(target.startswith(("#", "data:")) for target in loading)
    style = (templates_root() / "docs/report/style.html.j2").read_text()
    assert "url(" not in style and "@import" not in style and "<script" not in style
    policy = next(at["content"] for _, at in reader.seen if at.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_the_structure_is_there_for_who_cannot_see_it() -> None:
    reader = read(every_outcome())
    assert ("html", {"lang": "en"}) in reader.seen
    tags = [tag for tag, _ in reader.seen]
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    assert tags.count("caption") == 4
    assert all(at.get("scope") in ("col", "row") for tag, at in reader.seen if tag == "th")
    identities = [at["id"] for _, at in reader.seen if "id" in at]
    assert len(identities) == len(set(identities))
    named = [at["aria-labelledby"] for _, at in reader.seen if "aria-labelledby" in at]
    used = [at["href"][1:] for tag, at in reader.seen if tag == "use"]
    assert named and {*named, *used} <= set(identities)


def test_the_record_names_versions_images_certificate_and_what_was_left_out() -> None:
    text = text_of(read(GREEN, ("long-request",)))
    for part in ("2026-11-22 09:30:00 UTC", "OpenClaw 2026.9.6", "caddy 2.11.4", "demo CA", "5e1f", SHA256,
                 "2029-02-19T09:00:00+00:00", "clawkit/openclaw:test", IMAGE_ID, "20.10.24", "Left out of this run: "
                 "long-request"):  # fmt: skip
        assert part in text, part


def test_what_was_not_seen_is_said_and_not_left_empty() -> None:
    rows = dict(made((), engine="").rows)
    assert rows["certificate serial"] == rows["certificate issuer"] == "not seen"
    assert rows["Docker engine"] == "did not answer"
    assert rows["caddy image ID"] == "not locked"
    assert rows["OpenClaw"] == "2026.9.6 by its image, not asked"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_enough_contrast_in_light_and_dark(scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", (templates_root() / "docs/report/style.html.j2").read_text(), re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[scheme]))
    tones = ("ok", "failed", "warning", "skipped", "crashed")
    pairs = [(text, ground) for text in ("ink", "soft", *tones) for ground in ("page", "card", "code")]
    pairs += [(text, f"{tone}-wash") for tone in tones for text in ("ink", tone)]
    poor = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < AA} == {}
