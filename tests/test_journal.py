import json
import logging
from pathlib import Path

import pytest

from summarize.folder import Folder
from summarize.journal import journal


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_the_log_is_json_lines_with_what_extra_holds(tmp_path: Path) -> None:
    with journal(Folder(str(tmp_path))):
        logging.getLogger("summarize.run").info("committed %d", 3, extra={"progress": {"done": 3}})
    [line] = lines(tmp_path)
    assert line["message"] == "committed 3"
    assert line["level"] == "info"
    assert line["progress"] == {"done": 3}


def test_an_error_that_ends_the_run_is_logged_with_its_traceback(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="boom"), journal(Folder(str(tmp_path))):
        raise ValueError("boom")
    [line] = lines(tmp_path)
    assert "boom" in str(line["message"])
    assert "Traceback" in str(line["traceback"])


def test_after_the_run_nothing_is_logged_any_more(tmp_path: Path) -> None:
    with journal(Folder(str(tmp_path))):
        pass
    logging.getLogger("summarize").warning("later")
    assert not (tmp_path / "log.jsonl").exists()


def test_an_object_store_gets_no_log() -> None:
    with journal(Folder("memory://journal")):
        logging.getLogger("summarize").warning("nowhere")
    assert not Folder("memory://journal").exists("log.jsonl")
