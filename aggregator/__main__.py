"""``python -m aggregator``: the same as the ``aggregator`` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; answer --version before anything slow is imported."""
    if sys.argv[1:] == ["--version"]:
        from aggregator import __version__

        print(f"aggregator {__version__}")
        return
    from aggregator.cli import app

    app()


if __name__ == "__main__":
    main()
