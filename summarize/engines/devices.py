"""Which devices of this machine a run works on."""

from __future__ import annotations

from summarize.errors import InputError


def devices_for(device: str) -> list[str]:
    """The devices that `auto`, `cpu`, `cuda`, `cuda:1` or `cuda:0,cuda:1` mean on this machine.

    Raises InputError where a GPU is asked for and there is none.
    """
    if device == "cpu":
        return ["cpu"]
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    if device == "auto":
        return [f"cuda:{index}" for index in range(count)] or ["cpu"]
    if not count:
        raise InputError(f"--device {device}: this machine has no CUDA GPU.", "Leave it out to use the CPU.")
    if device == "cuda":
        return [f"cuda:{index}" for index in range(count)]
    return device.split(",")
