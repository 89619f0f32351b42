"""Models: the catalog, how a name becomes a local folder, and the backends that run one."""

from summarize.models.load import load_model

__all__ = ["load_model"]
