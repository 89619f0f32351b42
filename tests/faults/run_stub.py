"""`summarize run` with stages of tests/stub_stages.py: run_stub.py STAGES INPUT OUTPUT [OPTION=VALUE...].

Options are fields of Conduct. Exits as the command line does.
"""

import functools
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import stub_stages

from summarize.errors import SummarizeError
from summarize.profiles import PROFILES, options_for
from summarize.run import Conduct, run


def main(stages: str, news: str, output: str, *settings: str) -> int:
    name, _, marker = stages.partition(":")
    build = getattr(stub_stages, name)
    if marker:
        build = functools.partial(build, Path(marker))
    fields = {}
    for setting in settings:
        key, _, value = setting.partition("=")
        fields[key] = value if key == "max_failures" else float(value) if "." in value else int(value)
    try:
        conduct = Conduct(device="cpu", **fields)
        return run([news], output, options_for(PROFILES["rehearsal"]), conduct, build=build).exit_code
    except SummarizeError as error:
        print(f"{error} {error.hint}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 75


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
