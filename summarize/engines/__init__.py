"""Engines drive the stages over a batch of articles and commit what is finished."""
