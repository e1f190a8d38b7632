"""The command line: one file a command group; each command parses, calls one function and prints."""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import click

from monitor import __version__
from monitor.cli.setup import complain, deafen
from monitor.errors import MonitorError

_MODULES = {
    "demo": "demo",
    "check": "check",
    "run": "run",
    "serve": "serve",
    "status": "status",
    "changes": "records",
    "show": "show",
    "history": "records",
    "facts": "facts",
    "search": "search",
    "blame": "search",
    "diff": "read",
    "read": "read",
    "alerts": "alerts",
    "digest": "digest",
    "capture": "capture",
    "import": "intake",
    "export": "export",
    "login": "login",
    "watchlist": "watchlist",
    "verify": "upkeep",
    "backup": "upkeep",
    "restore": "upkeep",
    "vacuum": "upkeep",
}
"""Command -> the module of this package whose COMMANDS hold it, in the order of the help."""


class Commands(click.Group):
    """Loads a command with the module that it is in, when it is asked for: whoever runs one does not wait for all."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands by name."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, if there is one."""
        if cmd_name not in _MODULES:
            return None
        found: tuple[click.Command, ...] = import_module(f"{__name__}.{_MODULES[cmd_name]}").COMMANDS
        if not gc.isenabled():
            gc.freeze()  # what is loaded stays
            gc.enable()
        return next(each for each in found if each.name == cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="monitor")
def cli() -> None:
    """Tells you the day an AI vendor changes what it may do with your data, or what it gives for free, and only then.

    Messages go to standard error, data to standard output. Exit status: 0 done, 1 a fault of ours, 2 wrong use or a broken
    watchlist, 3 done, but some pages could not be checked or some records not be read.
    """


def main() -> None:
    """Run the command line; every error is one message and an exit status, never a traceback."""
    try:
        status = cli(standalone_mode=False)
        sys.stdout.flush()
    except MonitorError as error:
        complain(str(error))
        sys.exit(error.exit_status)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output went away: `monitor changes | head`
        deafen()
    except OSError as error:
        deafen()
        complain(f"{error.filename or 'the output'}: {error.strerror or error}")
        sys.exit(1)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)
    else:
        sys.exit(status if isinstance(status, int) else 0)
