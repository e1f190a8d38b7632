"""The command line: one file a command group; each command parses, calls one function and prints."""

from __future__ import annotations

import sys
from importlib.metadata import version

import click

from monitor.cli.alerts import COMMANDS as ALERTS
from monitor.cli.capture import COMMANDS as CAPTURE
from monitor.cli.check import COMMANDS as CHECK
from monitor.cli.demo import COMMANDS as DEMO
from monitor.cli.digest import COMMANDS as DIGEST
from monitor.cli.export import COMMANDS as EXPORT
from monitor.cli.facts import COMMANDS as FACTS
from monitor.cli.intake import COMMANDS as INTAKE
from monitor.cli.login import COMMANDS as LOGIN
from monitor.cli.read import COMMANDS as READ
from monitor.cli.records import COMMANDS as RECORDS
from monitor.cli.search import COMMANDS as SEARCH
from monitor.cli.serve import COMMANDS as SERVE
from monitor.cli.setup import complain, deafen
from monitor.cli.upkeep import COMMANDS as UPKEEP
from monitor.cli.watchlist import COMMANDS as WATCHLIST
from monitor.errors import MonitorError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(version("terms-monitor"), prog_name="monitor")
def cli() -> None:
    """Tells you the day an AI vendor changes what it may do with your data, or what it gives for free, and only then.

    Messages go to standard error, data to standard output. Exit status: 0 done, 1 a fault of ours, 2 wrong use or a broken
    watchlist, 3 done, but some pages could not be checked or some records not be read.
    """


for _command in (
    *DEMO,
    *CHECK,
    *SERVE,
    *RECORDS,
    *FACTS,
    *SEARCH,
    *READ,
    *ALERTS,
    *DIGEST,
    *CAPTURE,
    *INTAKE,
    *EXPORT,
    *LOGIN,
    *WATCHLIST,
    *UPKEEP,
):
    cli.add_command(_command)


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
