from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from summarize.article import Article
from summarize.progress import Progress
from summarize.prometheus import write_metrics


def test_the_textfile_parses_and_leaves_out_what_is_not_known(tmp_path: Path) -> None:
    progress = Progress(done=3, failed=1)
    progress.add([Article(id="a", source="a.txt")])
    write_metrics(tmp_path / "summarize.prom", progress.snapshot())
    text = (tmp_path / "summarize.prom").read_text()
    values = {family.name: family.samples[0].value for family in text_string_to_metric_families(text)}
    assert values["summarize_articles_done"] == 4
    assert values["summarize_articles_failed"] == 1
    assert "summarize_articles_left" not in values
