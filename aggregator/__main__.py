"""``python -m aggregator``: the same as the ``aggregator`` command."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line; answer --version before anything slow is imported.

    Exit codes: 0 done, 1 could not store or publish, 2 usage or configuration.
    """
    if sys.argv[1:] == ["--version"]:
        from aggregator import __version__

        print(f"aggregator {__version__}")
        return
    from aggregator.cli import run_command
    from aggregator.errors import AggregatorError, ConfigError

    try:
        run_command(sys.argv[1:])
        sys.stdout.flush()  # here, where a reader that has gone is known what to do with
        gc.freeze()  # all of it ends with the process: a last look for garbage would take a tenth as long
    except ConfigError as error:
        sys.exit(_told(error, 2))
    except AggregatorError as error:
        sys.exit(_told(error, 1))
    except BrokenPipeError:
        # The reader has seen enough (`| head`). What Python would still flush has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _told(error: Exception, code: int) -> int:
    print(error, file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
