"""A run folder: what it was started with, how it is scored, and how its best weights become a model."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import MarianConfig, MarianMTModel

from marian import (
    augment,
    batches,
    curves,
    growth,
    network,
    pairs,
    preparation,
    scoring,
    team,
    training,
    vocabulary,
)
from marian.augment import Augmentation
from marian.batches import Mixture
from marian.network import Shape
from marian.pairs import Pair
from marian.risk import Decode
from marian.scoring import Decoder
from marian.team import Team
from marian.training import Recipe, Run
from marian.vocabulary import Codec
from summarize.models.backend import Decoding, Hypothesis

RECORD, START, DECODING = "run.json", "start.safetensors", "decoding"
GAUGE = 64  # dev sentences on which the scale of an encoder's states is measured


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of: data, a start (a model folder, or a shape from scratch), a recipe.

    `encoder_layers`, where not 0, is how many layers the encoder of a start is deepened to.
    `synthetic` are files of back-translated pairs; `names` are files of text in the target language
    from which names are taken, besides those of the pairs.
    """

    data: Path
    languages: tuple[str, str]
    recipe: Recipe
    start: Path | None = None
    shape: Shape = field(default_factory=Shape)
    encoder_layers: int = 0
    reverse: bool = False
    synthetic: tuple[Path, ...] = ()
    names: tuple[Path, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    sampled: float = 0.15
    alpha: float = 0.5
    masked: float = 0.0
    headlines: float = 0.0
    renamed: float = 0.0
    tokens: int = 2600
    device: str = "cpu"
    threads: int = 0
    processes: int = 1
    start_name: str | None = None

    @property
    def vocabulary(self) -> Path:
        """The folder that has the vocabulary: the start's, else the data's."""
        return self.start or self.data


def train(plan: Plan, folder: Path, report: Callable[[dict[str, Any]], None]) -> float:
    """Train as planned in `folder`, going on from its checkpoint where there is one; the best dev BLEU."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary.copy(plan.vocabulary, folder, plan.reverse)
    with team.gather(plan.processes, partial(_train, plan, folder)) as first:
        return _train(plan, folder, first, report)


def _train(
    plan: Plan, folder: Path, member: Team, report: Callable[[dict[str, Any]], None] = lambda line: None
) -> float:
    """The part of one process."""
    if plan.threads:
        torch.set_num_threads(plan.threads)
    codec = vocabulary.load(folder)
    given, dev = _read(plan)
    torch.manual_seed(plan.recipe.seed)
    model = _network(plan, codec, dev)
    if not member.rank:
        _record(plan, folder, given, model)
    texts = (line for path in plan.names for line in pairs.read_lines(path))
    augmentation = Augmentation(
        plan.headlines, plan.renamed, augment.collect_names(given, texts) if plan.renamed else ()
    )
    mixture = Mixture(plan.weights, plan.sampled, plan.alpha, augmentation, plan.tokens, masked=plan.masked)
    run = Run(folder, model, codec, plan.recipe, plan.device, member)
    decode = _decoder(folder, plan, member) if plan.recipe.risk.weight else None
    run.train(given, mixture, _scorer(folder, dev, plan), report, decode)
    return run.progress.best


def _network(plan: Plan, codec: Codec, dev: Sequence[Pair]) -> MarianMTModel:
    if plan.start is None:
        return network.create(plan.shape, codec, plan.recipe.dropout)
    model = network.load(plan.start, plan.recipe.dropout)
    if plan.encoder_layers in (0, model.config.encoder_layers):
        return model
    return growth.deepen(model, plan.encoder_layers, [codec.encode_source(p.source) for p in dev[:GAUGE]])


def _read(plan: Plan) -> tuple[list[Pair], list[Pair]]:
    given = list(pairs.read_tsv(plan.data / preparation.TRAIN))
    dev = list(pairs.read_tsv(plan.data / preparation.DEV))
    if plan.reverse:
        given, dev = [pair.reversed() for pair in given], [pair.reversed() for pair in dev]
    made = [pair for path in plan.synthetic for pair in pairs.read_tsv(path)]
    return given + [Pair(pair.source, pair.target, batches.SYNTHETIC) for pair in made], dev


def _record(plan: Plan, folder: Path, given: Sequence[Pair], model: MarianMTModel) -> None:
    model.config.save_pretrained(folder)
    if plan.start and not (folder / START).exists():
        save_file({name: weight.detach() for name, weight in model.named_parameters()}, folder / START)
    record = {
        **{key: value for key, value in asdict(plan).items() if key not in ("data", "start", "start_name")},
        "languages": plan.languages[::-1] if plan.reverse else plan.languages,
        "start": plan.start and Path(plan.start_name or plan.start).name,
        "domains": Counter(pair.domain for pair in given),
        "parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
    }
    (folder / RECORD).write_text(
        json.dumps(record, indent=2, default=lambda path: path.name) + "\n", encoding="utf-8"
    )


def _scorer(folder: Path, dev: Sequence[Pair], plan: Plan) -> training.Score:
    """A function that scores weights on the dev set, greedily for speed, and draws the curves anew."""
    languages = plan.languages[::-1] if plan.reverse else plan.languages
    decoder = Decoder(beam=1, threads=plan.threads)

    def score(model: MarianMTModel) -> dict[str, float]:
        log = folder / training.LOG
        if log.exists():
            (folder / "curves.svg").write_text(curves.draw(log), encoding="utf-8")
        with tempfile.TemporaryDirectory() as temporary:
            network.save(model, folder, Path(temporary), languages)
            loaded = scoring.load(Path(temporary), decoder)
        hypotheses = scoring.translate(loaded, [pair.source for pair in dev], decoder.beam)
        return scoring.quick(hypotheses, [pair.target for pair in dev])

    return score


def _decoder(folder: Path, plan: Plan, member: Team) -> Decode:
    """A function that decodes the candidates for minimum risk training with given weights."""
    count = plan.recipe.risk.candidates
    current = folder / DECODING

    def decode(model: MarianMTModel, sources: list[list[str]]) -> list[list[Hypothesis]]:
        if not member.rank:
            network.save(model, folder, current, plan.languages)
        member.wait()
        loaded = scoring.load(current, Decoder(threads=plan.threads))
        found = loaded.backend.generate(sources, Decoding(beam=count, hypotheses=count))
        member.wait()
        if not member.rank:
            shutil.rmtree(current)
        return found

    return decode


def export(
    run: Path, folder: Path, last: bool = False, others: Sequence[Path] = (), start_share: float = 0.0
) -> dict[str, Any]:
    """Write the run's best averaged weights (or the last) as a model folder in float16; the run's record.

    With `others`, runs from the same start, the mean of all their weights ("model soups", Wortsman et
    al., 2022). With `start_share`, that share of the weights is of the model that the run started from
    (Wortsman et al., 2022, "robust fine-tuning"). Raises FileNotFoundError where a run has no weights yet
    or had no start.
    """
    record: dict[str, Any] = json.loads((run / RECORD).read_text(encoding="utf-8"))
    model = MarianMTModel(MarianConfig.from_pretrained(run))
    name = training.CHECKPOINT if last else training.BEST
    training.load_average([each / name for each in (run, *others)], model)
    if start_share:
        start = load_file(run / START)
        with torch.no_grad():
            for weight_name, weight in model.named_parameters():
                weight.lerp_(start[weight_name], start_share)
        record["start_share"] = start_share
    source, target = record["languages"]
    network.save(model, run, folder, (source, target), half=True)
    return record


def log(run: Path) -> list[dict[str, Any]]:
    """The lines of a run's log."""
    return [json.loads(line) for line in (run / training.LOG).read_text(encoding="utf-8").splitlines()]
