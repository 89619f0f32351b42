"""Engines drive the stages over a batch of articles and commit what is finished."""

from typing import Literal

Engine = Literal["local", "ray"]
"""What `--engine` takes."""
