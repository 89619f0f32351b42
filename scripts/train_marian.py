"""Make a MarianMT model, or adapt one: prepare, train, back-translate, evaluate, export.

A newcomer adapts the model that ships with summarize to pairs of their own in three lines:

    python scripts/train_marian.py prepare data --tsv pairs.tsv --languages id,en --pieces 0

    python scripts/train_marian.py train run data --init starter-marian-id-en --steps 60 --peak 1e-4

    python scripts/train_marian.py export run my-marian --data data
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from summarize.errors import SummarizeError

if TYPE_CHECKING:
    from marian.pairs import Pair
    from marian.scoring import Decoder

# Read by glibc and OpenMP before Python starts: don't give memory back after every step to ask for it
# again, and let threads sleep that wait, as spinning ones starve the others on a busy machine.
ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 28),
    "OMP_WAIT_POLICY": "PASSIVE",
}

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)


class OptimizerKind(StrEnum):
    """What updates the weights."""

    ADAMW = "adamw"
    MUON = "muon"


class Backend(StrEnum):
    """What decodes."""

    CTRANSLATE2 = "ctranslate2"
    TRANSFORMERS = "transformers"


Data = Annotated[Path, typer.Argument(metavar="DATA", help="The data folder.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder.")]
ComputeType = Annotated[str, typer.Option(help="int8, float32, float16, ...")]
Device = Annotated[str, typer.Option(help="cpu, cuda or cuda:N.")]
Threads = Annotated[
    int, typer.Option(help="CPU threads; 0 for all. With 1, several runs share a machine best.")
]
Languages = Annotated[str, typer.Option(help="Codes of source and target, such as id,en.")]


@app.command("prepare")
def prepare_command(
    data: Data,
    tsv: Annotated[list[Path], typer.Option(help="Pairs: [DOMAIN TAB] SOURCE TAB TARGET; also .gz.")] = [],  # noqa: B006
    source: Annotated[list[Path], typer.Option(help="Sources, one a line; with --target.")] = [],  # noqa: B006
    target: Annotated[list[Path], typer.Option(help="Targets, one a line.")] = [],  # noqa: B006
    dev: Annotated[Path | None, typer.Option(help="A dev set (TSV) instead of a random one.")] = None,
    dev_size: Annotated[int, typer.Option(help="Pairs to hold out where no dev set is given.")] = 500,
    languages: Languages = "id,en",
    check_language: Annotated[bool, typer.Option(help="Drop pairs that are in the wrong language.")] = True,
    longest: Annotated[int, typer.Option(help="Most words on a side.")] = 120,
    ratio: Annotated[float, typer.Option(help="Most characters of one side for each of the other.")] = 2.5,
    pieces: Annotated[int, typer.Option(help="Size of the vocabulary; 0 for none, to fine-tune.")] = 8000,
    seed: Annotated[int, typer.Option(help="For the choice of the dev set.")] = 1,
) -> None:
    """Normalise and filter pairs, hold out a dev set, train a vocabulary.

    Example: train_marian.py prepare data --tsv pairs.tsv.gz --dev dev.tsv
    """
    from marian.pairs import Limits
    from marian.preparation import Inputs, prepare

    if len(source) != len(target):
        raise typer.BadParameter("--source and --target come in twos")
    if not tsv and not source:
        raise typer.BadParameter("no pairs: give --tsv, or --source and --target")
    inputs = Inputs(tsv, list(zip(source, target, strict=True)), dev, dev_size)
    limits = Limits(longest, ratio, _languages(languages) if check_language else None)
    typer.echo(json.dumps(prepare(inputs, data, limits, pieces, seed), indent=2, ensure_ascii=False))


@app.command("train")
def train_command(
    run: RunFolder,
    data: Data,
    init: Annotated[str | None, typer.Option(help="Go on from this model, with its vocabulary.")] = None,
    layers: Annotated[str, typer.Option(help="From scratch: layers of encoder and decoder.")] = "4,2",
    dim: Annotated[int, typer.Option(help="From scratch: width.")] = 256,
    heads: Annotated[int, typer.Option(help="From scratch: attention heads.")] = 4,
    ff: Annotated[int, typer.Option(help="From scratch: width of the feed-forward layers.")] = 1024,
    encoder_layers: Annotated[
        int, typer.Option(help="With --init: deepen its encoder to so many layers (0: as it is).")
    ] = 0,
    languages: Languages = "id,en",
    reverse: Annotated[bool, typer.Option(help="Train the other direction, for back-translation.")] = False,
    synthetic: Annotated[list[Path], typer.Option(help="Back-translated pairs, TSV; tagged.")] = [],  # noqa: B006
    weight: Annotated[list[str], typer.Option(help="How often a domain comes in an epoch: news=2.")] = [],  # noqa: B006
    steps: Annotated[int, typer.Option(help="End after so many steps (0: no such end).")] = 0,
    minutes: Annotated[float, typer.Option(help="End after so many minutes (0: no such end).")] = 0,
    optimizer: Annotated[
        OptimizerKind, typer.Option(help="adamw, or muon: a slightly lower loss in the same time.")
    ] = OptimizerKind.ADAMW,
    peak: Annotated[float, typer.Option(help="Highest learning rate.")] = 1.2e-3,
    warmup: Annotated[int, typer.Option(help="Steps to get there; at most a fifth of --steps.")] = 1000,
    cooldown: Annotated[
        float, typer.Option(help="Share of the run over which the rate falls to zero.")
    ] = 0.3,
    smoothing: Annotated[float, typer.Option(help="Label smoothing.")] = 0.1,
    dropout: Annotated[float, typer.Option(help="Dropout.")] = 0.15,
    risk: Annotated[
        float,
        typer.Option(
            help="With --init: how much the expected cost of the model's own translations counts beside "
            "cross-entropy (minimum risk training); 10 does, with a --peak of 1e-4. Sources are then "
            "neither segmented at random nor masked."
        ),
    ] = 0.0,
    candidates: Annotated[int, typer.Option(min=2, help="With --risk: translations of each source.")] = 8,
    round_size: Annotated[
        int, typer.Option(min=1, help="With --risk: sources decoded at a time, with the weights of then.")
    ] = 3000,
    average: Annotated[float, typer.Option(help="Decay of the moving average of weights.")] = 0.999,
    tokens: Annotated[int, typer.Option(help="Padded tokens a batch and side.")] = 2600,
    sampled: Annotated[float, typer.Option(help="Share of sources segmented at random.")] = 0.15,
    alpha: Annotated[float, typer.Option(help="How sharp that choice is.")] = 0.5,
    masked: Annotated[
        float, typer.Option(help="Share of sources with a tenth of their pieces hidden.")
    ] = 0.0,
    headlines: Annotated[float, typer.Option(help="Share of short sentences made headlines.")] = 0.0,
    renamed: Annotated[float, typer.Option(help="Share of pairs with other names and numbers.")] = 0.0,
    names: Annotated[list[Path], typer.Option(help="Text to take more names from.")] = [],  # noqa: B006
    seed: Annotated[int, typer.Option(help="For everything random.")] = 1,
    log_every: Annotated[int, typer.Option(help="Steps between lines of the log.")] = 50,
    score_every: Annotated[int, typer.Option(help="Steps between scores on the dev set.")] = 1000,
    save_every: Annotated[int, typer.Option(help="Steps between checkpoints.")] = 500,
    device: Device = "cpu",
    threads: Threads = 0,
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that train together, on a CPU: one a core, --threads 1.")
    ] = 1,
) -> None:
    """Train from scratch or from a model folder; the same command again goes on from the checkpoint.

    Example: train_marian.py train run data --layers 4,2 --dim 256 --minutes 90
    """
    from marian.network import Shape
    from marian.risk import Risk
    from marian.runs import Plan, train
    from marian.training import Recipe

    if encoder_layers and not init:
        raise typer.BadParameter("--encoder-layers deepens a model that --init names; else give --layers")
    if risk and not init:
        raise typer.BadParameter("--risk improves on a model that --init names; train one without it first")
    if processes > 1 and device != "cpu":
        raise typer.BadParameter("--processes is for a CPU; a GPU is kept busy by one")
    if not steps and not minutes:
        raise typer.BadParameter("a run needs an end: give --steps, --minutes or both")
    encoder, decoder = (int(number) for number in _two(layers, "--layers"))
    recipe = Recipe(
        steps=steps,
        minutes=minutes,
        peak=peak,
        warmup=min(warmup, steps // 5) if steps else warmup,
        cooldown=cooldown,
        optimizer=optimizer.value,
        smoothing=smoothing,
        dropout=dropout,
        risk=Risk(risk, candidates, sentences=round_size),
        average=average,
        seed=seed,
        log_every=log_every,
        score_every=score_every,
        save_every=save_every,
    )
    plan = Plan(
        data=data,
        languages=_languages(languages),
        recipe=recipe,
        start=_folder(init) if init else None,
        start_name=init,
        shape=Shape(encoder, decoder, dim, heads, ff),
        encoder_layers=encoder_layers,
        reverse=reverse,
        synthetic=tuple(synthetic),
        names=tuple(names),
        weights=dict(_weight(one) for one in weight),
        sampled=sampled,
        alpha=alpha,
        masked=masked,
        headlines=headlines,
        renamed=renamed,
        tokens=tokens,
        device=device,
        threads=threads,
        processes=processes,
    )
    with _progress() as (show, _):
        best = train(plan, run, show)
    typer.echo(f"Best BLEU on the dev set, greedy: {best:.2f}. Next: export {run} MODEL --data {data}")


@app.command("back-translate")
def back_translate_command(
    model: Annotated[str, typer.Argument(help="A model from target to source language.")],
    text: Annotated[Path, typer.Argument(help="Text in the target language, a sentence a line; also .gz.")],
    out: Annotated[Path, typer.Argument(help="The TSV to write, for `train --synthetic`.")],
    limit: Annotated[int, typer.Option(help="Take only the first lines (0: all).")] = 0,
    beam: Annotated[int, typer.Option(help="Beam size; 1 is fast and about as good here.")] = 1,
    words: Annotated[
        Path | None,
        typer.Option(help="TSV of source words and translations, to mend and vary the sources with."),
    ] = None,
    seed: Annotated[int, typer.Option(help="For what --words exchanges.")] = 1,
    backend: Backend = Backend.CTRANSLATE2,
    compute_type: ComputeType = "int8",
    device: Device = "cpu",
    threads: Threads = 0,
) -> None:
    """Give text of the target language a machine-made source, and keep the pairs that look right.

    Example: train_marian.py back-translate marian-en-id english.txt.gz synthetic.tsv
    """
    from marian import pairs, synthesis, word_list
    from marian.scoring import Decoder

    texts = list(pairs.read_lines(text))[: limit or None]
    listed = word_list.read(words) if words else None
    _write_made(
        model,
        Decoder(backend.value, compute_type, device, beam, threads),
        out,
        texts,
        lambda *rest: synthesis.back_translate(texts, *rest, words=listed, seed=seed),
    )


@app.command("forward-translate")
def forward_translate_command(
    model: Annotated[str, typer.Argument(help="A model from source to target language.")],
    text: Annotated[Path, typer.Argument(help="Indonesian text, a sentence a line; also .gz.")],
    data: Data,
    out: Annotated[Path, typer.Argument(help="The TSV to write, for `prepare --tsv`.")],
    words: Annotated[
        Path | None,
        typer.Option(
            help="TSV of words to teach: word, English and, for a verb, its plain form. Sentences that "
            "have none are left out."
        ),
    ] = None,
    beam: Annotated[int, typer.Option(help="Beam size.")] = 4,
    backend: Backend = Backend.CTRANSLATE2,
    compute_type: ComputeType = "int8",
    device: Device = "cpu",
    threads: Threads = 0,
) -> None:
    """Give Indonesian text a machine-made translation, and keep the pairs that look right, for self-training.

    Which words are English is learnt from the pairs in DATA. With --words, a list like
    summarize/rare_words.tsv, the English of its words is written into the text first, so that the model
    learns words that it doesn't know. Example: train_marian.py forward-translate opus-mt-id-en berita.txt
    data forward.tsv
    """
    from marian import pairs, preparation, synthesis
    from marian.scoring import Decoder

    from summarize.rare_words import read_words

    texts = list(pairs.read_lines(text))
    teach = read_words(words) if words else None
    known = synthesis.target_words(pairs.read_tsv(data / preparation.TRAIN))
    _write_made(
        model,
        Decoder(backend.value, compute_type, device, beam, threads),
        out,
        texts,
        lambda *rest: synthesis.forward_translate(texts, *rest, known=known, teach=teach),
    )


@app.command("evaluate")
def evaluate_command(
    model: Annotated[str, typer.Argument(help="A model: folder, catalog name or hf:OWNER/NAME.")],
    tsv: Annotated[Path, typer.Argument(help="Pairs with reference translations.")],
    backend: Annotated[list[Backend], typer.Option(help="May be given twice.")] = [Backend.CTRANSLATE2],  # noqa: B006
    compute_type: Annotated[list[str], typer.Option(help="int8 or float32; may be given twice.")] = ["int8"],  # noqa: B006
    beam: Annotated[int, typer.Option(help="Beam size.")] = 4,
    stage: Annotated[
        bool, typer.Option(help="Also as summarize runs it, lost names put back, without a glossary.")
    ] = True,
    out: Annotated[Path | None, typer.Option(help="Append each result here, a JSON line.")] = None,
    device: Device = "cpu",
    threads: Threads = 0,
) -> None:
    """BLEU and chrF with intervals and signatures, numbers and names kept, and speed.

    Example: train_marian.py evaluate my-marian dev.tsv --compute-type int8 --compute-type float32
    """
    from marian import card, pairs, scoring

    test = [pairs.Pair(pairs.normalise(p.source), p.target, p.domain) for p in pairs.read_tsv(tsv)]
    results = []
    folder = _folder(model)
    stage = stage and scoring.reads_indonesian(folder)
    for decoder in _decoders(backend, compute_type, device, beam, threads, stage):
        results.append(scoring.evaluate(folder, test, decoder))
        if out:
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"model": model, "test": tsv.name, **asdict(results[-1])}) + "\n")
    typer.echo(card.scores(results))
    for result in results:
        typer.echo(f"{result.decoder}: {result.segments_per_second:.1f} segments/s", err=True)


@app.command("export")
def export_command(
    run: RunFolder,
    model: Annotated[Path, typer.Argument(help="The model folder to write.")],
    data: Annotated[
        Path | None, typer.Option(help="The data folder, to put scores on its dev set in the card.")
    ] = None,
    last: Annotated[bool, typer.Option(help="The last weights instead of the best.")] = False,
    other: Annotated[list[Path], typer.Option(help="A run to average the weights with.")] = [],  # noqa: B006
    start_share: Annotated[
        float, typer.Option(help="How much of the weights the run started from is mixed in: 0.25.")
    ] = 0.0,
    licence: Annotated[str, typer.Option(help="SPDX-like id of the model's licence.")] = "other",
    about_data: Annotated[
        Path | None, typer.Option(help="Markdown on the data's sources and licences.")
    ] = None,
    weaknesses: Annotated[Path | None, typer.Option(help="Markdown on what the model is bad at.")] = None,
    device: Device = "cpu",
    threads: Threads = 0,
) -> None:
    """Write the run's best weights as a model folder in the OPUS-MT layout, float16, with a model card.

    Example: train_marian.py export run my-marian --data data --licence cc-by-4.0
    """
    from marian import card, pairs, preparation, runs, scoring
    from marian.scoring import Decoder

    record = runs.export(run, model, last, other, start_share)
    evaluations = []
    if data:
        dev = list(pairs.read_tsv(data / preparation.DEV))
        dev = [pair.reversed() for pair in dev] if record["reverse"] else dev
        alone = Decoder(device=device, threads=threads)
        stages = (False, True) if scoring.reads_indonesian(model) else (False,)
        evaluations = [scoring.evaluate(model, dev, replace(alone, stage=stage)) for stage in stages]
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    text = card.write(
        model.resolve().name,
        record,
        config,
        runs.log(run),
        evaluations,
        licence,
        _text(about_data),
        _text(weaknesses),
    )
    (model / "README.md").write_text(text, encoding="utf-8")
    typer.echo(card.scores(evaluations))


def _write_made(
    model: str, decoder: Decoder, out: Path, texts: Sequence[str], make: Callable[..., Iterator[Pair]]
) -> None:
    """Write the pairs that `make` makes with a model, and print how many were dropped and why."""
    from marian import pairs, scoring

    loaded = scoring.load(_folder(model), decoder)
    dropped: Counter[str] = Counter()
    with _progress() as (_, advance):
        made = make(
            lambda chunk: scoring.translate(loaded, chunk, decoder.beam),
            pairs.Limits(),
            dropped,
            lambda done: advance(done, len(texts)),
        )
        written = pairs.write_tsv(out, made)
    typer.echo(json.dumps({"texts": len(texts), "pairs": written, "dropped": dict(dropped)}))


def _languages(text: str) -> tuple[str, str]:
    source, target = _two(text, "--languages")
    return source, target


def _folder(model: str) -> Path:
    from summarize.models.resolve import resolve

    return resolve(model).folder


def _two(text: str, option: str) -> list[str]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(parts):
        raise typer.BadParameter(f"{option} takes two values with a comma, not {text!r}")
    return parts


def _weight(text: str) -> tuple[str, float]:
    domain, _, value = text.partition("=")
    try:
        return domain, float(value)
    except ValueError:
        raise typer.BadParameter(f"--weight takes DOMAIN=NUMBER, not {text!r}") from None


def _text(path: Path | None) -> str:
    return path.read_text(encoding="utf-8") if path else ""


def _decoders(
    backends: list[Backend], compute_types: list[str], device: str, beam: int, threads: int, stage: bool
) -> Iterator[Decoder]:
    from marian.scoring import Decoder

    for backend in backends:
        for compute_type in compute_types:
            if backend is Backend.TRANSFORMERS and compute_type == "int8":
                continue  # transformers has no int8 of its own
            for whole in (False, True) if stage else (False,):
                yield Decoder(backend.value, compute_type, device, beam, threads, whole)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[dict[str, Any]], None], Callable[[int, int], None]]]:
    """A progress bar with the time left: a function for lines of a log, and one for (done, total)."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # only ours is shown

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        def show(line: dict[str, Any]) -> None:
            seconds, left = line["seconds"], line["eta_seconds"]
            bar.update(task, completed=seconds, total=seconds + left)
            if "bleu" in line:
                bar.console.print(f"step {line['step']:,}: BLEU {line['bleu']:.2f}, chrF {line['chrf']:.2f}")
            else:
                bar.update(task, description=f"step {line['step']:,}, loss {line['loss']:.3f}")

        yield show, advance


if __name__ == "__main__":
    if sys.platform == "linux" and not ENVIRONMENT.keys() <= os.environ.keys():
        os.execve(sys.executable, [sys.executable, *sys.argv], {**ENVIRONMENT, **os.environ})
    try:
        app()
    except (OSError, ValueError, SummarizeError) as error:
        sys.exit(f"error: {error}")
