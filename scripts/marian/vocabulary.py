"""Pieces and their ids: SentencePiece models and the vocabulary of a Marian folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sentencepiece

FILES = ("source.spm", "target.spm", "vocab.json")
PAD, EOS, UNKNOWN = "<pad>", "</s>", "<unk>"


@dataclass(frozen=True)
class Codec:
    """Text to the ids of a Marian model and back, one SentencePiece model a side.

    A Marian vocabulary numbers pieces in its own way, so that ids come from `vocab.json`, never
    from SentencePiece.
    """

    source: sentencepiece.SentencePieceProcessor
    target: sentencepiece.SentencePieceProcessor
    ids: dict[str, int]

    @property
    def pad(self) -> int:
        """The id of padding, which also starts decoding."""
        return self.ids[PAD]

    @property
    def eos(self) -> int:
        """The id that ends both sides."""
        return self.ids[EOS]

    @property
    def unknown(self) -> int:
        """The id of what the vocabulary can't write."""
        return self.ids[UNKNOWN]

    @property
    def tag(self) -> str:
        """The piece that marks a synthetic source: a byte that no text has, or the unknown piece.

        A vocabulary that exists can't grow, so that the tag of tagged back-translation (Caswell,
        Chelba and Grangier, 2019) is one of its pieces that has no other use.
        """
        return "<0x01>" if "<0x01>" in self.ids else UNKNOWN

    def encode_source(self, text: str, alpha: float | None = None, tagged: bool = False) -> list[int]:
        """The ids of a source; a segmentation drawn with `alpha` (Kudo, 2018) where it is given."""
        pieces = (
            self.source.encode(text, out_type=str)
            if alpha is None
            else self.source.encode(text, out_type=str, enable_sampling=True, alpha=alpha, nbest_size=-1)
        )
        return self._ids([self.tag, *pieces] if tagged else pieces)

    def encode_target(self, text: str) -> list[int]:
        """The ids of a target."""
        return self._ids(self.target.encode(text, out_type=str))

    def _ids(self, pieces: list[str]) -> list[int]:
        return [*(self.ids.get(piece, self.unknown) for piece in pieces), self.eos]


def load(folder: Path, reverse: bool = False) -> Codec:
    """The codec of a Marian folder; `reverse` swaps its sides.

    Raises FileNotFoundError where one of the three files is missing.
    """
    sides = [sentencepiece.SentencePieceProcessor(model_file=str(folder / name)) for name in FILES[:2]]
    source, target = reversed(sides) if reverse else sides
    return Codec(source, target, json.loads((folder / "vocab.json").read_text(encoding="utf-8")))


def copy(folder: Path, into: Path, reverse: bool = False) -> None:
    """Copy the vocabulary's files from one folder to another, source and target swapped for `reverse`."""
    into.mkdir(parents=True, exist_ok=True)
    source, target, ids = FILES
    shutil.copyfile(folder / (target if reverse else source), into / source)
    shutil.copyfile(folder / (source if reverse else target), into / target)
    shutil.copyfile(folder / ids, into / ids)


def train(texts: Iterable[str], folder: Path, pieces: int, seed: int = 1) -> None:
    """Train one unigram model for both sides and write the vocabulary into `folder`.

    `<pad>` comes last, as the conversion to CTranslate2 and the tied output layer want it. Byte
    fallback leaves no character unknown. With too little text for `pieces`, there are fewer.
    Raises ValueError where `pieces` can't hold the 256 bytes and every character.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.set_random_generator_seed(seed)
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_prefix=str(folder / "shared"),
            model_type="unigram",
            vocab_size=pieces,
            hard_vocab_limit=False,
            character_coverage=0.9998,
            byte_fallback=True,
            normalization_rule_name="nmt_nfkc",
            split_digits=True,
            bos_id=-1,
            pad_id=-1,
            eos_id=0,
            unk_id=1,
            eos_piece=EOS,
            unk_piece=UNKNOWN,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise ValueError(f"the text gives no vocabulary of {pieces} pieces: {error}") from error
    (folder / "shared.vocab").unlink()
    shutil.copyfile(folder / "shared.model", folder / "source.spm")
    (folder / "shared.model").rename(folder / "target.spm")
    model = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    names = [model.id_to_piece(index) for index in range(model.get_piece_size())]
    ids = {name: index for index, name in enumerate([*names, PAD])}
    (folder / "vocab.json").write_text(json.dumps(ids, ensure_ascii=False, indent=0), encoding="utf-8")
