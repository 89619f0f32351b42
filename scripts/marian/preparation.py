"""Raw pairs in, a data folder out: train and dev sets, a vocabulary, and a record of what was done."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from marian import pairs, vocabulary
from marian.pairs import Limits, Pair

TRAIN, DEV, RECORD = "train.tsv", "dev.tsv", "prepare.json"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to prepare: TSV files, files aligned by line, and a dev set or how many pairs to hold out."""

    tsv: Sequence[Path] = ()
    aligned: Sequence[tuple[Path, Path]] = ()
    dev: Path | None = None
    dev_size: int = 500

    def read(self) -> list[Pair]:
        """All raw pairs; those of a two-column TSV get the file's name as their domain."""
        found = [
            pair if pair.domain else Pair(pair.source, pair.target, path.name.partition(".")[0])
            for path in self.tsv
            for pair in pairs.read_tsv(path)
        ]
        return found + [pair for files in self.aligned for pair in pairs.read_aligned(*files)]

    @property
    def files(self) -> list[Path]:
        """Every file that is read."""
        return [
            *self.tsv,
            *(path for files in self.aligned for path in files),
            *([self.dev] if self.dev else []),
        ]


def prepare(inputs: Inputs, folder: Path, limits: Limits, pieces: int, seed: int = 1) -> dict[str, Any]:
    """Fill `folder` with `train.tsv`, `dev.tsv`, the vocabulary and `prepare.json`; what was done.

    A dev set that is given is normalised and used whole: a score on part of it would be of another
    test. With `pieces` 0 no vocabulary is trained, for fine-tuning. Raises ValueError where no pair
    is left.
    """
    folder.mkdir(parents=True, exist_ok=True)
    raw = inputs.read()
    dropped: Counter[str] = Counter()
    detect = pairs.language_detector(limits.languages) if limits.languages else None
    kept = list(pairs.clean(raw, limits, dropped, detect))
    if inputs.dev:
        dev = [
            Pair(pairs.normalise(p.source), pairs.normalise(p.target), p.domain)
            for p in pairs.read_tsv(inputs.dev)
        ]
        train = pairs.without(kept, dev)
    else:
        train, dev = pairs.hold_out(kept, inputs.dev_size, seed)
    if not train:
        raise ValueError(
            f"no pair is left to train on: of {len(raw)}, dropped {dict(dropped)}, in dev {len(dev)}"
        )
    dropped["in the dev set"] = len(kept) - len(train) - (0 if inputs.dev else len(dev))
    pairs.write_tsv(folder / TRAIN, train)
    pairs.write_tsv(folder / DEV, dev)
    if pieces:
        vocabulary.train(
            (text for pair in train for text in (pair.source, pair.target)), folder, pieces, seed
        )
    record = {
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs.files},
        "limits": asdict(limits),
        "seed": seed,
        "read": len(raw),
        "train": len(train),
        "dev": len(dev),
        "dropped": dict(dropped.most_common()),
        "domains": dict(Counter(pair.domain for pair in train).most_common()),
        "pieces": len(vocabulary.load(folder).ids) if pieces else 0,
    }
    (folder / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return record
