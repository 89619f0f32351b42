"""log.jsonl: what happened in a run, one JSON object a line, for the morning after."""

from __future__ import annotations

import contextlib
import json
import logging
import logging.handlers
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from summarize.folder import Folder

_MOST_BYTES = 10_000_000
_KEPT = 3
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """A log record as one JSON object: time, level, logger, message, and whatever `extra` holds."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line of JSON, without a newline."""
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            fields["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(fields, ensure_ascii=False, default=str)


class _Quiet(logging.handlers.RotatingFileHandler):
    """Drops what it can't write: a full disk must end a night by its own error, not by that of its log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Not even a traceback on the terminal, which is what the standard handler does."""


@contextlib.contextmanager
def journal(folder: Folder) -> Iterator[None]:
    """Write the package's log to log.jsonl while the context lasts, rotated at 10 MB, three kept.

    Only a local folder gets one: object stores can't append.
    """
    logger = logging.getLogger("summarize")
    if not folder.is_local:
        yield
        return
    handler = _Quiet(
        folder.local / "log.jsonl",
        maxBytes=_MOST_BYTES,
        backupCount=_KEPT,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,
    )
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.INFO)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(min(level or logging.INFO, logging.INFO))
    try:
        yield
    except Exception as error:  # for the file alone: the terminal gets it from whoever catches it
        message = f"the run ended with an error: {error}"
        record = logger.makeRecord(logger.name, logging.ERROR, "", 0, message, (), sys.exc_info())
        handler.handle(record)
        raise
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        with contextlib.suppress(OSError):  # closing flushes, and the disk may be full
            handler.close()
