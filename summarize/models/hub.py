"""The Hugging Face hub: asked at most once a run, given up after three seconds, safetensors only."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

from summarize.errors import ModelError
from summarize.models.catalog import Source
from summarize.models.weights import is_complete, verify

PATIENCE = 3.0
"""Seconds that the hub has to answer."""

_WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
_BESIDE = re.compile(r"[^/]+\.(json|spm|model|jinja)|(merges|vocab)\.txt")
_CONVERTER = "SFconvertbot"
"""The hub's own account that offers safetensors versions of older repositories as pull requests."""


@cache
def unreachable() -> str:
    """Why the hub can't be asked, or an empty string where it answers. Asked once a process."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    answer = ["no answer within three seconds"]

    def ask() -> None:
        request = urllib.request.Request(constants.ENDPOINT, method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):
                answer[0] = ""
        except urllib.error.HTTPError as error:
            # A page that isn't there still comes from the hub; a proxy's refusal doesn't.
            answer[0] = "" if error.code == 404 else f"it answers {error.code}"
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            answer[0] = f"not reachable ({getattr(reason, 'strerror', None) or reason})"

    # In a thread, since looking up a host name knows no timeout.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answer[0]


def cached_snapshot(source: Source) -> Path | None:
    """The complete snapshot of a repository in the hub's own cache, if there is one; never downloads.

    Without a revision, that of the main branch comes first.
    """
    from huggingface_hub import constants

    repository = Path(constants.HF_HUB_CACHE) / f"models--{source.name.replace('/', '--')}"
    reference = repository / "refs" / (source.revision or "main")
    revision = reference.read_text().strip() if reference.is_file() else source.revision
    snapshots = repository / "snapshots"
    candidates = [snapshots / revision] if revision else []
    if not source.revision and snapshots.is_dir():
        # A converted version has a commit of its own, to which no branch points.
        candidates += sorted(snapshots.iterdir(), key=lambda path: -path.stat().st_mtime)
    return next((folder for folder in candidates if is_complete(folder)), None)


def fetch_snapshot(source: Source, *, quiet: bool = False) -> Path:
    """Download a repository into the hub's own cache, with a progress bar; resumes what was begun.

    Only safetensors weights are taken, from the revision asked for or, where that has none, from the
    pull request of the hub's own converter; their SHA-256 is compared with the hub's. Raises
    ModelError where the hub doesn't answer, the repository can't be had, or has no such weights.
    """
    reason = unreachable()
    if reason:
        raise ModelError(f"The hub can't be asked for {source.name}: {reason}")
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if quiet:
        disable_progress_bars()
    try:
        info = _with_safetensors(HfApi(), source)
        names = [file.rfilename for file in info.siblings]
        wanted = [name for name in names if _WEIGHTS.fullmatch(name) or _BESIDE.fullmatch(name)]
        # A named revision is asked for by its name, so that the cache knows it by that offline.
        revision = source.revision or info.sha
        folder = Path(snapshot_download(source.name, revision=revision, allow_patterns=wanted))
    except GatedRepoError as error:
        raise ModelError(
            f"{source.name} asks for its licence to be accepted",
            f"Accept it at https://huggingface.co/{source.name} and run `hf auth login`.",
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelError(f"The hub has no model {source.name}", "Check the name and your access.") from error
    except (HfHubHTTPError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(f"{source.name} can't be downloaded: {reason}", "Run again to resume.") from error
    for file in info.siblings:
        if file.lfs is not None and file.rfilename in wanted:
            verify(folder / file.rfilename, file.lfs.sha256)
    return folder


def _with_safetensors(api: Any, source: Source) -> Any:
    """The revision's files, or those of the converter's pull request where it has no safetensors."""
    info = api.model_info(
        source.name, revision=source.revision or None, files_metadata=True, timeout=10 * PATIENCE
    )
    if _has_weights(info):
        return info
    if not source.revision:
        for discussion in api.get_repo_discussions(source.name):
            # Anyone may open a pull request with weights of their own; only the hub's account counts.
            if discussion.is_pull_request and discussion.author == _CONVERTER:
                offered = api.model_info(
                    source.name, revision=f"refs/pr/{discussion.num}", files_metadata=True
                )
                if _has_weights(offered):
                    return offered
    raise ModelError(
        f"{source.name} has no safetensors weights, and pickled ones are not loaded: they can run code",
        "Ask for a conversion at https://huggingface.co/spaces/safetensors/convert, or name a folder that "
        "you saved with save_pretrained().",
    )


def _has_weights(info: Any) -> bool:
    return any(_WEIGHTS.fullmatch(file.rfilename) for file in info.siblings)
