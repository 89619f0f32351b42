"""The command line as a user meets it: what is printed, and with which exit code it ends."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from newsroom import article_text, write_articles

from summarize.cli.app import main
from summarize.cli.run import default_output

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """Runs `summarize` in an empty folder; exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["summarize", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return run


def rehearse(cli: Cli, *arguments: str) -> tuple[int, str, str]:
    return cli("run", *arguments, "--profile", "rehearsal")


def test_a_run_prints_its_summaries_and_where_they_are(cli: Cli, tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 3)
    code, out, _ = rehearse(cli, "news")
    assert code == 0
    assert "3 articles" in out
    assert "runs/news/summaries.jsonl" in out
    assert (tmp_path / "runs" / "news" / "report.html").is_file()
    assert all(len(line) <= 80 for line in out.splitlines())
    code, out, _ = rehearse(cli, "news")
    assert code == 0
    assert "Nothing to do: 3 articles done before." in out


def test_failures_are_listed_and_the_exit_code_says_so(cli: Cli, tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 2, a0001="")
    code, out, _ = rehearse(cli, "news")
    assert code == 3
    assert "failed in read news/a0001.txt: empty" in out


def test_json_is_the_only_thing_on_standard_output(cli: Cli, tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 2)
    code, out, _ = rehearse(cli, "news", "--json")
    assert code == 0
    outcome = json.loads(out)
    assert (outcome["done"], outcome["failed"], outcome["exit_code"]) == (2, 0, 0)


def test_quiet_says_nothing(cli: Cli, tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 1)
    assert rehearse(cli, "news", "--quiet") == (0, "", "")


def test_a_users_mistake_is_one_line_and_exit_code_two(cli: Cli, tmp_path: Path) -> None:
    code, _, err = rehearse(cli, "nothing-here")
    assert code == 2
    assert "Error: There is no nothing-here" in err
    assert "Traceback" not in err
    write_articles(tmp_path / "news", 1)
    for wrong in (["--profile", "best"], ["--time-limit", "soon"], ["--shard", "5/4"], ["--length", "tiny"]):
        code, _, err = cli("run", "news", *wrong)
        assert code == 2
        assert "Traceback" not in err
    code, _, err = cli("run", "news", "--profile", "rehearsal", "--translator", "no-such-model")
    assert code == 2
    assert "no-such-model" in err


def test_references_score_the_run_at_its_end(cli: Cli, tmp_path: Path) -> None:
    record = {"id": "a", "text": article_text(1)}
    (tmp_path / "news.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "refs.jsonl").write_text(json.dumps({"id": "a", "summaries": ["Anggaran dan warga."]}) + "\n")
    code, out, _ = rehearse(cli, "news.jsonl", "--references", "refs.jsonl")
    assert code == 0
    assert "ROUGE-1" in out
    assert (tmp_path / "runs" / "news" / "scores.json").is_file()
    code, _, err = rehearse(cli, "news.jsonl", "--references", "missing.jsonl")
    assert code == 0
    assert "missing.jsonl" in err


def test_settings_and_variables_hold_options(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_articles(tmp_path / "news", 1)
    (tmp_path / "summarize.toml").write_text('[run]\nprofile = "rehearsal"\noutput = "from-file"\n')
    assert cli("run", "news")[0] == 0
    assert (tmp_path / "from-file" / "summaries.jsonl").is_file()
    monkeypatch.setenv("SUMMARIZE_RUN_OUTPUT", "from-variable")
    assert cli("run", "news")[0] == 0
    assert (tmp_path / "from-variable" / "summaries.jsonl").is_file()


def test_status_export_and_merge_read_what_run_wrote(cli: Cli, tmp_path: Path) -> None:
    write_articles(tmp_path / "news", 6, a0003="")
    for number in (1, 2):
        rehearse(cli, "news", "--shard", f"{number}/2", "-o", f"part{number}")
    code, out, _ = cli("merge", "part1", "part2", "-o", "whole")
    assert code == 3
    assert "5 articles" in out
    code, out, _ = cli("status", "whole", "--json")
    assert code == 0
    state = json.loads(out)
    assert (state["done"], state["failed"], state["holder"]) == (5, 1, None)
    code, out, _ = cli("status", "whole")
    assert code == 0
    assert "a0003.txt" in out
    code, _, _ = cli("export", "whole", "-o", "whole.csv")
    assert code == 0
    assert len((tmp_path / "whole.csv").read_text().splitlines()) > 5
    code, _, err = cli("export", "news")
    assert code == 2
    assert "not a run folder" in err


def test_translate_and_abstract_print_text_or_json(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"Presiden tiba di Jakarta pada Senin.")

    monkeypatch.setattr(sys, "stdin", Stdin())
    code, out, _ = cli("translate", "-", "--profile", "starter")
    assert code == 0
    assert "Jakarta" in out
    Path("story.txt").write_text("The minister opened a new market in the city on Monday morning.")
    code, out, _ = cli("abstract", "story.txt", "--profile", "starter", "--json")
    assert code == 0
    assert json.loads(out)["summary"] == "The minister opened a new market in the city on Monday morning."
    Path("empty.txt").write_text("")
    code, _, err = cli("translate", "empty.txt", "--profile", "starter")
    assert code == 3
    assert "empty" in err


def test_the_memory_can_be_looked_at_and_cleared(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMMARIZE_CACHE", str(tmp_path / "cache"))
    code, out, _ = cli("memory", "info", "--json")
    assert code == 0
    assert json.loads(out)["entries"] == 0
    assert cli("memory", "clear", "--yes")[0] == 0


COMMANDS = (
    *("", "run", "clean", "translate", "abstract", "merge", "status", "report", "export"),
    *("score", "compare", "evaluate", "models", "memory", "doctor"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_and_has_an_example(cli: Cli, command: str) -> None:
    code, out, _ = cli(*command.split(), "--help")
    assert code == 0
    assert all(len(line) <= 80 for line in out.splitlines())
    if command not in ("", "models", "memory"):
        assert "Example:" in out


@pytest.mark.parametrize(
    ("inputs", "output"),
    [
        (["seeds/"], "runs/seeds"),
        (["a/b.jsonl.gz"], "runs/b"),
        (["-"], "runs/stdin"),
        (["s3://bucket/day 1/*.txt"], "runs/articles"),
        (["a.txt", "b.txt"], "runs/a-and-1-more"),
    ],
)
def test_a_run_has_a_name_if_nobody_gives_it_one(inputs: list[str], output: str) -> None:
    assert default_output(inputs) == output
