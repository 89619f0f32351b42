"""Tests that need a browser carry the marker `browser`."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium; skipped where it isn't installed")
