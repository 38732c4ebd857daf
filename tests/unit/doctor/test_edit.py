"""Edits that mend: the diff, the copy beside the file, and the way back."""

from __future__ import annotations

from pathlib import Path

from clawkit.doctor.fixes.edit import BACKUP, Edit, planned, undo, write
from clawkit.doctor.model.place import Place
from clawkit.doctor.readers.collect import collect

TEXT = "location / {\n    proxy_pass http://a:3000;\n}\n"


def edit(line: int, **more: object) -> Edit:
    return Edit(Place("site.conf", line, ""), **more)  # type: ignore[arg-type]


def test_a_line_is_replaced_with_its_own_indentation(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text(TEXT)
    (change,) = planned([edit(2, replace="proxy_pass http://a:18789;")], {"site.conf": file})
    assert change.after == TEXT.replace("3000", "18789")
    assert "-    proxy_pass http://a:3000;" in change.diff()


def test_lines_go_in_below_and_several_edits_keep_their_places(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text(TEXT)
    (change,) = planned([edit(1, after=("# one",), inside=True), edit(2, after=("two;",))], {"site.conf": file})
    assert change.after.splitlines() == ["location / {", "    # one", "    proxy_pass http://a:3000;", "    two;", "}"]


def test_the_old_file_is_kept_beside_and_comes_back_whole(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text(TEXT)
    file.chmod(0o600)
    changes = planned([edit(2, replace="gone;")], {"site.conf": file})
    (copy,) = write(changes)
    assert copy.name == f".site.conf{BACKUP}" and copy.read_text() == TEXT
    assert "gone;" in file.read_text() and file.stat().st_mode & 0o777 == 0o600
    undo(changes, [copy])
    assert file.read_text() == TEXT and not copy.exists()


def test_no_copy_is_written_over_and_the_doctor_reads_none_of_them(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    file.write_text(TEXT)
    kept: list[Path] = []
    for number in (1, 2, 3):
        kept += write(planned([edit(2, replace=f"{number};")], {"site.conf": file}))
    assert len(set(kept)) == 3 and kept[0].read_text() == TEXT
    assert [one.path for one in collect([tmp_path])[0]] == [file]


def test_behind_a_link_the_file_itself_is_changed(tmp_path: Path) -> None:
    (tmp_path / "available").mkdir()
    file, link = tmp_path / "available" / "site.conf", tmp_path / "site.conf"
    file.write_text(TEXT)
    link.symlink_to(file)
    write(planned([edit(2, replace="new;")], {"site.conf": link}))
    assert link.is_symlink() and "new;" in file.read_text()


def test_a_note_that_holds_configuration_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "issue.md").write_text(TEXT)
    at = Edit(Place("issue.md", 2, ""), replace="x")
    assert planned([at], {"issue.md": tmp_path / "issue.md"}) == ()


def test_a_file_that_is_gone_or_shorter_now_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "site.conf"
    assert planned([edit(2, replace="x")], {"site.conf": file}) == ()
    file.write_text("one line\n")
    assert planned([edit(2, replace="x")], {"site.conf": file}) == ()
