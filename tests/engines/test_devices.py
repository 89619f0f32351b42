"""The devices of a run."""

import pytest

from summarize.engines.devices import devices_for
from summarize.errors import InputError


def test_a_device_that_is_not_there_is_a_usage_error() -> None:
    assert devices_for("cpu") == ["cpu"]
    assert devices_for("auto")
    with pytest.raises(InputError, match="no CUDA GPU"):
        devices_for("cuda")
