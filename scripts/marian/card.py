"""The model card of an exported model, filled in from its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marian.scoring import Evaluation
from marian.team import EVERY


def write(
    name: str,
    record: Mapping[str, Any],
    config: Mapping[str, Any],
    log: Sequence[Mapping[str, Any]],
    evaluations: Sequence[Evaluation],
    licence: str,
    data: str,
    weaknesses: str,
) -> str:
    """The card as Markdown with front matter.

    `record` is the run's `run.json`, `config` the exported `config.json`, `log` the run's log; `data`
    and `weaknesses` are Markdown of the author's, put in as they are.
    """
    source, target = record["languages"]
    last = log[-1]
    parts = [
        f"---\nlanguage: [{source}, {target}]\npipeline_tag: translation\nlicense: {licence}\n"
        f"library_name: transformers\n---\n# {name}",
        f"A MarianMT, {source} → {target}: {config['encoder_layers']} encoder and "
        f"{config['decoder_layers']} decoder layers, dimension {config['d_model']}, "
        f"feed-forward {config['encoder_ffn_dim']:,}, {config['encoder_attention_heads']} heads, "
        f"{config['vocab_size']:,} pieces with `<pad>`, {record['parameters'] / 1e6:.1f} M parameters, "
        "stored in float16.",
        "## Data\n\n" + (data.strip() + "\n\n" if data.strip() else "") + _domains(record),
        "## Recipe\n\n" + _recipe(record, last),
        "## Scores\n\n" + scores(evaluations),
        "## Use\n\nSources are expected in NFKC, with plain quotes and dashes and single spaces; "
        "beam 4, at most 256 pieces.",
    ]
    if weaknesses.strip():
        parts.append("## Known weaknesses\n\n" + weaknesses.strip())
    return "\n\n".join(parts) + "\n"


def scores(evaluations: Sequence[Evaluation]) -> str:
    """Evaluations as a Markdown table, one row a decoder, with the signatures under it."""
    if not evaluations:
        return "Not measured."
    rows = [
        "| decoder | "
        + " | ".join(score.metric for score in evaluations[0].scores)
        + " | numbers and names kept | segments |",
        "|---" * (len(evaluations[0].scores) + 3) + "|",
    ]
    for evaluation in evaluations:
        kept = "–" if evaluation.kept is None else f"{evaluation.kept:.1%}"
        cells = [f"{score.value:.2f} ({score.low:.2f}-{score.high:.2f})" for score in evaluation.scores]
        rows.append(f"| {evaluation.decoder} | {' | '.join(cells)} | {kept} | {evaluation.segments} |")
    signatures = "\n".join(f"- {score.metric}: `{score.signature}`" for score in evaluations[0].scores)
    return "\n".join(rows) + (
        "\n\nIn brackets the 95 % bootstrap interval. Kept: the share of segments that lack no number and no "
        f"name but those that the reference lacks, too. Signatures:\n\n{signatures}"
    )


def _domains(record: Mapping[str, Any]) -> str:
    rows = [
        f"| {domain or 'unnamed'} | {count:,} | {record['weights'].get(domain, 1):g} |"
        for domain, count in record["domains"].items()
    ]
    return "| domain | pairs | weight in an epoch |\n|---|---|---|\n" + "\n".join(rows)


def _sources(record: Mapping[str, Any]) -> list[str]:
    risk = record["recipe"]["risk"]
    if risk["weight"]:
        return [
            f"Minimum risk training with {risk['candidates']} candidates a source, decoded",
            f"{risk['sentences']:,} sources at a time;",
            f"weight {risk['weight']:g}, sharpness {risk['sharpness']:g}.",
        ]
    return [
        f"Random segmentation of {record['sampled']:.0%} of the sources at {record['alpha']:g};",
        f"a tenth of the pieces hidden in {record['masked']:.0%};",
    ]


def _recipe(record: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    recipe = record["recipe"]
    start = f"From the weights of {record['start']}" if record["start"] else "From scratch"
    if record["encoder_layers"]:
        start += f", its encoder deepened to {record['encoder_layers']} layers"
    minutes = last["seconds"] / 60
    share, team = record.get("start_share", 0), record.get("processes", 1)
    return " ".join(
        [
            f"{start}, {last['step']:,} steps of at most {record['tokens']:,} tokens a side,",
            f"{last['tokens']:,} target tokens in {minutes:.1f} minutes on {record['device']} in bfloat16"
            + (
                f", by {team} processes that averaged their weights every {EVERY} steps." if team > 1 else "."
            ),
            f"Peak rate {recipe['peak']:g} after {recipe['warmup']:,} steps, inverse square root,",
            f"linear to zero over the last {recipe['cooldown']:.0%}.",
            f"{'Muon and AdamW' if recipe['optimizer'] == 'muon' else 'AdamW'},",
            f"label smoothing {recipe['smoothing']:g}, dropout {recipe['dropout']:g},",
            f"moving average {recipe['average']:g}.",
            *_sources(record),
            f"{record['headlines']:.0%} of short sentences as headlines;",
            f"names and numbers exchanged in {record['renamed']:.0%} of the pairs.",
            *(
                [f"The mean of the weights with those of the start, which count {share:.0%}."]
                if share
                else []
            ),
        ]
    )
