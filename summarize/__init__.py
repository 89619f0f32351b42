"""Indonesian news in, English summaries out, in bulk."""

__version__ = "0.1.0"
