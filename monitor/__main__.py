"""The way in: `monitor`, and `python -m monitor`."""

import gc


def main() -> None:
    """Run the command line. What is loaded stays to the end: looking through it for garbage would take a tenth of the start."""
    gc.disable()  # until the command is loaded
    from monitor.cli import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
