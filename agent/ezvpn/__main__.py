"""`python -m ezvpn …`, `micropython -m ezvpn …`, `ezvpn-edge …`. Level 5: picks the command line of the interpreter, no more."""

import sys

from ezvpn.compat import HAS_EDGEC, IS_MICROPYTHON, PROGRAM
from ezvpn.runtime.exits import Exit
from ezvpn.version import VERSION

_USAGE = f"""Usage: {PROGRAM} run [CONFIG] [OPTIONS]
       {PROGRAM} exec [--state-dir DIR] COMMAND
       {PROGRAM} replay TRACE [OPTIONS]
       {PROGRAM} version
Try '{PROGRAM} run --help'."""


def small_main(words: "list[str]") -> int:
    """The command line where there is no typer: what a device needs."""
    first = words[0] if words else ""
    if HAS_EDGEC and (first == "init" or sys.argv[0].endswith("/init")):
        from ezvpn.main import run_checked
        from ezvpn.runtime.micropython.init import main as init_main

        init_main(run_checked)
    if first == "replay":
        from ezvpn.replay import main as replay_main

        return replay_main(words[1:])
    if first == "exec":
        try:
            from ezvpn.runtime.micropython.exec_command import main as exec_main

            return exec_main(words[1:])
        except KeyboardInterrupt:
            return Exit.CONFIGURATION  # Ctrl-C: there was no answer
    if first == "run":
        try:
            from ezvpn.main import main

            return main(words[1:])
        except KeyboardInterrupt:
            return Exit.STOPPED  # Ctrl-C while the agent was still being loaded
    if first in ("version", "--version"):
        print("ezvpn " + VERSION)
        return Exit.STOPPED
    if first in ("--help", "-h"):
        print(_USAGE)
        return Exit.STOPPED
    print(_USAGE, file=sys.stderr)
    return Exit.USAGE


if IS_MICROPYTHON:
    sys.exit(small_main(sys.argv[1:]))
else:
    from ezvpn.cli import main as cli_main

    cli_main()
