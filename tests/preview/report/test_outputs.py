"""Files of a call are written whole or not at all, and never where they would harm."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gpuplatform.files import write_whole
from gpuplatform.preview.record.environment import CallError
from gpuplatform.preview.report.outputs import Outputs


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("method", ["replace", "chmod"])
@pytest.mark.parametrize("fault", [full_disk, interrupted])
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[..., None], method: str
):
    file = tmp_path / "plan.json"
    write_whole(file, "old")

    monkeypatch.setattr(Path, method, fault)
    with pytest.raises((OSError, KeyboardInterrupt)):
        write_whole(file, "new")

    assert file.read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["plan.json"]


def test_a_disk_that_is_full_is_told_with_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(os, "fdopen", full_disk)

    with pytest.raises(OSError, match="No space left") as told:
        write_whole(tmp_path / "plan.json", "text")

    assert told.value.filename == str(tmp_path / "plan.json")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_file_but_takes_text_stays_what_it_is(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    write_whole(pipe, "text")

    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert os.read(reader, 100) == b"text"
    os.close(reader)


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path):
    (tmp_path / "link.json").symlink_to(tmp_path / "real" / "plan.json")

    write_whole(tmp_path / "link.json", "text")

    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real" / "plan.json").read_text() == "text"


def test_a_new_file_is_as_readable_as_any_other(tmp_path: Path):
    (tmp_path / "other").write_text("")
    write_whole(tmp_path / "missing" / "plan.json", "text")

    mode = (tmp_path / "missing" / "plan.json").stat().st_mode
    assert mode == (tmp_path / "other").stat().st_mode


def test_two_reports_of_one_path_are_refused(tmp_path: Path):
    with pytest.raises(
        CallError, match=r"--json and --html are both to be written to .*b; give each a path of its own"
    ):
        Outputs(json=tmp_path / "b", html=tmp_path / "a" / ".." / "b")


def test_a_folder_for_a_file_and_a_file_for_a_folder_are_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CallError, match=r"--sarif: .* is a folder; give the path of a file"):
        Outputs(sarif=tmp_path)
    with pytest.raises(CallError, match=r"--manifests: .*file is a file; give the path of a folder"):
        Outputs(manifests=tmp_path / "file")
    assert Outputs(manifests=tmp_path).manifests == tmp_path
