"""`connector` and `python -m connector`: the command line, or one line that says which package is missing."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from connector.cli import cli
    except ModuleNotFoundError as error:
        sys.exit(f"connector: the package {error.name!r} is missing: run `make demo`, which installs what is needed")
    cli()


if __name__ == "__main__":
    main()
