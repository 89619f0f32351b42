"""The training loop: schedule, moving average, scoring at intervals, and a checkpoint to go on from."""

from __future__ import annotations

import copy
import itertools
import json
import math
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from transformers import MarianMTModel

from marian import batches, network, optimizers, risk
from marian.batches import Mixture
from marian.pairs import Pair
from marian.risk import Risk
from marian.team import Team
from marian.vocabulary import Codec
from summarize.models.tuning import give_back_memory

CHECKPOINT, BEST, LOG = "checkpoint.safetensors", "best.safetensors", "log.jsonl"

Score = Callable[[MarianMTModel], dict[str, float]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to optimise. The run ends at `steps` or after `minutes`, whichever comes first (0: no such end).

    The rate rises linearly over `warmup` steps to `peak`, falls with the inverse square root of the
    step, and over the last `cooldown` share of the run linearly to zero.
    """

    steps: int = 0
    minutes: float = 0.0
    peak: float = 1.2e-3
    warmup: int = 1000
    cooldown: float = 0.3
    optimizer: optimizers.Kind = "adamw"
    smoothing: float = 0.1
    dropout: float = 0.15
    risk: Risk = field(default_factory=Risk)
    average: float = 0.999
    clip: float = 1.0
    seed: int = 1
    log_every: int = 50
    score_every: int = 1000
    save_every: int = 500


@dataclass(slots=True)
class Progress:
    """Where a run is; all that a checkpoint has to remember besides tensors."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    tokens: int = 0
    seconds: float = 0.0
    best: float = -1.0
    loss: float = 0.0


def share_done(recipe: Recipe, progress: Progress) -> float:
    """How much of the run is over, from 0 to 1."""
    by_steps = progress.step / recipe.steps if recipe.steps else 0.0
    by_time = progress.seconds / (60 * recipe.minutes) if recipe.minutes else 0.0
    return min(1.0, max(by_steps, by_time))


def rate(recipe: Recipe, progress: Progress) -> float:
    """The learning rate of the next step (Vaswani et al., 2017, with a linear cooldown)."""
    step = progress.step + 1
    warm = max(recipe.warmup, 1)
    rising = recipe.peak * min(step / warm, math.sqrt(warm / step))
    left = 1.0 - share_done(recipe, progress)
    return rising * min(1.0, left / recipe.cooldown) if recipe.cooldown else rising


class Run:
    """A training run in a folder: the network, its moving average, the optimiser, and the log.

    Everything random comes from the recipe's seed and the step, so that a run killed at any time
    goes on from its checkpoint as if nothing had happened; with a team, all go on with the optimiser of
    the first.
    """

    def __init__(
        self,
        folder: Path,
        model: MarianMTModel,
        codec: Codec,
        recipe: Recipe,
        device: str = "cpu",
        team: Team | None = None,
    ) -> None:
        self.folder, self.codec, self.recipe = folder, codec, recipe
        self.team = team or Team()
        self.model = model.to(device)
        self.average = copy.deepcopy(self.model).eval().requires_grad_(False)
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.averages = [
            q for p, q in zip(model.parameters(), self.average.parameters(), strict=True) if p.requires_grad
        ]
        self.optimizers = optimizers.build(model, recipe.optimizer, recipe.peak)
        self.pool = network.mask_pool(recipe.dropout, recipe.seed)
        self.progress = Progress()

    def train(
        self,
        pairs: Sequence[Pair],
        mixture: Mixture,
        score: Score,
        report: Callable[[dict[str, Any]], None],
        decode: risk.Decode | None = None,
    ) -> None:
        """Train to the end of the recipe; `report` gets each line of the log.

        `score` measures the moving average at intervals; its `bleu` decides which weights are kept
        as `best.safetensors`. `decode` is needed where the recipe has risk in it.
        """
        self.resume()
        self.team.wait()
        stream = self._rounds(pairs, mixture, decode) if decode else self._stream(pairs, mixture)
        last = time.monotonic()
        while share_done(self.recipe, self.progress) < 1:
            batch = next(stream)
            self.step(batch)
            step = self.progress.step
            if self.team.meets(step) or share_done(self.recipe, self.progress) >= 1:
                now = time.monotonic()
                self.progress.seconds += self.team.share(self.parameters, now - last)
                last = now
            if step % self.recipe.log_every == 0:
                give_back_memory()  # what fragments keep grows by a gigabyte a minute
            if self.team.rank:
                continue
            done = share_done(self.recipe, self.progress) >= 1
            if step % self.recipe.log_every == 0 or done:
                self._log({**self._numbers(), "rate": rate(self.recipe, self.progress)}, report)
            if step % self.recipe.score_every == 0 or done:
                self._score(score, report)
            if step % self.recipe.save_every == 0 or done:
                self.save()

    def step(self, batch: batches.Batch | risk.ListBatch) -> None:
        """One update with one batch."""
        recipe, progress = self.recipe, self.progress
        member = f"/{self.team.rank}" if self.team.rank else ""
        rng = random.Random(f"{recipe.seed}/{progress.step}{member}")
        torch.manual_seed(rng.getrandbits(31))
        self.model.train()
        device = self.model.device.type
        pooled = network.pooled_dropout(recipe.dropout, self.pool, rng) if device == "cpu" else nullcontext()
        with pooled, torch.autocast(device, torch.bfloat16):
            loss = self._loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, recipe.clip, foreach=True)
        self.optimizers.step(rate(recipe, progress))
        progress.step += 1
        progress.batch += self.team.size
        progress.tokens += batch.tokens * self.team.size
        decay = min(recipe.average, progress.step / (progress.step + 10))
        torch._foreach_lerp_(self.averages, self.parameters, 1 - decay)
        value = loss.item()
        progress.loss = value if progress.step == 1 else 0.98 * progress.loss + 0.02 * value

    def _loss(self, batch: batches.Batch | risk.ListBatch) -> Tensor:
        if isinstance(batch, risk.ListBatch):
            return risk.loss(self.model, batch, self.recipe.smoothing, self.recipe.risk)
        return network.loss(self.model, batch, self.recipe.smoothing)

    def _stream(self, pairs: Sequence[Pair], mixture: Mixture) -> Iterator[batches.Batch]:
        """Batches without end, from where the run stands."""
        while True:
            epoch = batches.epoch(pairs, self.codec, mixture, self.recipe.seed, self.progress.epoch)
            yield from itertools.islice(epoch, self.progress.batch + self.team.rank, None, self.team.size)
            if not self.progress.batch:
                raise ValueError("the data has no pair that fits a batch")
            self.progress = replace(self.progress, epoch=self.progress.epoch + 1, batch=0)

    def _rounds(
        self, pairs: Sequence[Pair], mixture: Mixture, decode: risk.Decode
    ) -> Iterator[risk.ListBatch]:
        """Batches without end, decoded in rounds; a round that was broken off is decoded anew."""
        recipe = self.recipe
        while True:
            rng = random.Random(f"{recipe.seed}/{self.progress.epoch}/{self.team.rank}")
            chosen = list(risk.draw(pairs, mixture.weights, recipe.risk.sentences // self.team.size, rng))
            rows = list(risk.decoded(chosen, self.codec, mixture, rng, partial(decode, self.model)))
            packed = risk.pack(rows, mixture.tokens)
            rng.shuffle(packed)
            count = self.team.least(len(packed))
            if not count:
                raise ValueError("the data has no pair that fits a batch")
            yield from packed[self.progress.batch // self.team.size : count]
            self.progress = replace(self.progress, epoch=self.progress.epoch + 1, batch=0)

    def _numbers(self) -> dict[str, Any]:
        progress = self.progress
        speed = progress.tokens / max(progress.seconds, 1e-9)
        done = share_done(self.recipe, progress)
        return {
            "step": progress.step,
            "epoch": progress.epoch,
            "tokens": progress.tokens,
            "seconds": round(progress.seconds, 1),
            "tokens_per_second": round(speed),
            "eta_seconds": round(progress.seconds * (1 - done) / max(done, 1e-9)),
            "loss": round(progress.loss, 4),
        }

    def _score(self, score: Score, report: Callable[[dict[str, Any]], None]) -> None:
        scores = score(self.average)
        self._log({**self._numbers(), **scores}, report)
        if scores["bleu"] > self.progress.best:
            self.progress.best = scores["bleu"]
            self._write(self.folder / BEST, {"model": self.average.state_dict()}, {"scores": scores})

    def _log(self, line: dict[str, Any], report: Callable[[dict[str, Any]], None]) -> None:
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        report(line)

    def save(self) -> None:
        """Write the checkpoint, all or nothing."""
        groups = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "moments": self.optimizers.moments(),
        }
        self._write(self.folder / CHECKPOINT, groups, {"progress": asdict(self.progress)})

    def _write(self, path: Path, groups: dict[str, dict[str, Tensor]], metadata: dict[str, Any]) -> None:
        tensors: dict[str, Tensor] = {}
        seen: set[int] = set()
        for group, values in groups.items():
            for name, value in values.items():
                if value.data_ptr() not in seen:  # tied weights once
                    seen.add(value.data_ptr())
                    tensors[f"{group}/{name}"] = value.detach().cpu().contiguous()
        partial = path.with_suffix(".partial")
        save_file(tensors, partial, {name: json.dumps(value) for name, value in metadata.items()})
        os.replace(partial, path)

    def resume(self) -> bool:
        """Go on from the folder's checkpoint; False where there is none.

        The log's lines after the checkpoint are dropped: those steps are made again.
        """
        path = self.folder / CHECKPOINT
        if not path.exists():
            return False
        groups: dict[str, dict[str, Tensor]] = {"model": {}, "average": {}, "moments": {}}
        with safe_open(path, "pt") as file:
            self.progress = Progress(**json.loads(file.metadata()["progress"]))
            for name in file.keys():  # noqa: SIM118 - not a dictionary
                group, _, rest = name.partition("/")
                groups[group][rest] = file.get_tensor(name)
        self.model.load_state_dict(groups["model"], strict=False)
        self.average.load_state_dict(groups["average"], strict=False)
        self.optimizers.restore(groups["moments"])
        if self.team.rank == 0:
            self._drop_lines_after(self.progress.step)
        return True

    def _drop_lines_after(self, step: int) -> None:
        log = self.folder / LOG
        lines = [
            line for line in log.read_text(encoding="utf-8").splitlines() if json.loads(line)["step"] <= step
        ]
        log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def load_average(paths: Sequence[Path], model: MarianMTModel) -> MarianMTModel:
    """Put the averaged weights of best or checkpoint files, or their mean, into a network of that shape."""
    states = [_averaged(path) for path in paths]
    mean = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
    model.load_state_dict(mean, strict=False)
    return model


def _averaged(path: Path) -> dict[str, Tensor]:
    with safe_open(path, "pt") as file:
        names = list(file.keys())
        group = "average/" if any(name.startswith("average/") for name in names) else "model/"
        return {name.removeprefix(group): file.get_tensor(name) for name in names if name.startswith(group)}
