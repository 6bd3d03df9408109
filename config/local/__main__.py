"""The commands behind the Makefile, in the project's own environment of Python."""

import sys
from collections.abc import Callable

from config.local import bench, checks, demo, interrupts, run
from config.local.notices import Refused, warn

COMMANDS: dict[str, Callable[[], int]] = {
    "demo": demo.main,
    "run": run.main,
    "check": checks.check,
    "test": lambda: checks.test(full=False),
    "test-full": lambda: checks.test(full=True),
    "bench": bench.main,
}


def main(name: str) -> int:
    interrupts.heed()
    try:
        return COMMANDS[name]()
    except Refused as refusal:
        warn(f"\n{refusal}")
        return 1
    except PermissionError as error:
        warn(f"\n{error.filename} can't be written by this account: did another one make it?")
        return 1
    except BrokenPipeError:
        # Whoever read our lines is gone.
        return 1
    except KeyboardInterrupt:
        # 130: what a shell reports for Ctrl-C.
        return 0 if name in ("demo", "run") else 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
