"""`summarize clean`: the diff-like view, the plain body, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from summarize.cli.clean import clean_command

PAGE = """Nelayan Menanam Bakau
loading...
KENDARI - Nelayan di teluk itu menanam bakau saat air surut sejak tiga tahun lalu, Senin (4/9/2023).
Baca juga: Harga Ikan Kembung Naik
Mereka percaya ikan akan kembali jika akar bakau cukup rapat untuk menyembunyikan telurnya. (mas)
"""
BODY = [
    "KENDARI - Nelayan di teluk itu menanam bakau saat air surut sejak tiga tahun lalu, Senin (4/9/2023).",
    "Mereka percaya ikan akan kembali jika akar bakau cukup rapat untuk menyembunyikan telurnya.",
]
FRENCH = "Le maire a déclaré mardi que le marché couvert serait rénové avant la fin de l'année prochaine."

app = typer.Typer()
app.command()(clean_command)
runner = CliRunner()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE, "utf-8")
    return path


@pytest.fixture
def french(tmp_path: Path) -> Path:
    path = tmp_path / "french.txt"
    path.write_text(FRENCH, "utf-8")
    return path


def test_it_shows_what_went_by_which_rule_and_what_stayed_in_the_order_of_the_page(page: Path) -> None:
    result = runner.invoke(app, [str(page)])
    assert result.exit_code == 0
    shown = [line.strip() for line in result.output.splitlines()]
    rows = [line for line in shown if line[:1].isdigit()]
    assert rows == [
        "1 - Nelayan Menanam Bakau  [title]",
        "2 - loading...  [loading]",
        f"3   {BODY[0]}",
        "4 - Baca juga: Harga Ikan Kembung Naik  [read-also]",
        f"5   {BODY[1]}",
        "5 - (mas)  [initials-glued]",
        "1 article, 0 failed",
    ]
    assert "place  KENDARI" in shown
    assert "date  2023-09-04" in shown


def test_it_can_show_removals_alone(page: Path) -> None:
    result = runner.invoke(app, ["--removed", str(page)])
    assert "[read-also]" in result.output
    assert BODY[0] not in result.output


def test_it_can_print_bodies_alone(page: Path) -> None:
    result = runner.invoke(app, ["--body", str(page)])
    assert result.output == "\n\n".join(BODY) + "\n\n"


def test_as_json_it_prints_one_object_an_article(page: Path) -> None:
    result = runner.invoke(app, ["--json", str(page)])
    (record,) = map(json.loads, result.output.splitlines())
    assert record["title"] == "Nelayan Menanam Bakau"
    assert record["dateline"] == "KENDARI"
    assert record["paragraphs"] == BODY
    assert record["removed"][1] == {"line": 1, "text": "loading...", "rule": "loading"}
    assert record["error"] is None


def test_tables_are_read_by_the_columns_named(tmp_path: Path) -> None:
    table = tmp_path / "table.jsonl"
    table.write_text(json.dumps({"kode": 7, "isi": PAGE, "kepala": "Bakau"}) + "\n", "utf-8")
    arguments = [
        "--json",
        "--text-column",
        "isi",
        "--id-column",
        "kode",
        "--title-column",
        "kepala",
        str(table),
    ]
    (record,) = map(json.loads, runner.invoke(app, arguments).output.splitlines())
    assert (record["id"], record["title"]) == ("7", "Bakau")


def test_articles_that_fail_are_named_and_the_exit_code_is_3(page: Path, french: Path) -> None:
    result = runner.invoke(app, [str(page), str(french)])
    assert result.exit_code == 3
    assert "not Indonesian" in result.output
    assert "2 articles, 1 failed" in result.output


def test_force_lets_other_languages_pass_flagged(french: Path) -> None:
    result = runner.invoke(app, ["--force", str(french)])
    assert result.exit_code == 0
    assert "not-indonesian" in result.output


def test_a_page_of_furniture_alone_fails_but_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("loading...\nBagikan\n", "utf-8")
    result = runner.invoke(app, [str(path)])
    assert result.exit_code == 3
    assert "nothing left but page furniture" in result.output
    assert "[loading]" in result.output
