"""What can go wrong, sorted by whose turn it is to act. The CLI prints these without a traceback."""


class SummarizeError(Exception):
    """Base of all errors with a message written for the user.

    `hint` says what to do next; `exit_code` is what the command line returns.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InputError(SummarizeError):
    """The command or its input is wrong: a path that isn't there, an option that can't be."""

    exit_code = 2


class ModelError(SummarizeError):
    """A model can't be found, fetched, verified, converted or loaded."""

    exit_code = 2


class StoreError(SummarizeError):
    """A run folder can't be used: locked by another process, damaged, or made with other options."""

    exit_code = 2


class DiskFullError(StoreError):
    """No room for the next batch. All before it is saved, and the same command goes on once there is room."""

    exit_code = 75


class TooManyFailuresError(SummarizeError):
    """More articles failed than `--max-failures` allows: somebody should look before it goes on."""

    exit_code = 3
