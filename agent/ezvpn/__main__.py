"""`python -m ezvpn …`, `micropython -m ezvpn …`, `ezvpn-edge …`. Level 5: picks the command line of the interpreter, no more."""

import sys

from ezvpn.compat import IS_MICROPYTHON, PROGRAM
from ezvpn.runtime.exits import Exit


def small_main(words: "list[str]") -> int:
    """The command line where there is no typer: `run` and `replay`."""
    if words[:1] == ["replay"]:
        from ezvpn.replay import main as replay_main

        return replay_main(words[1:])
    if words[:1] != ["run"]:
        print(
            f"Usage: {PROGRAM} run [CONFIG] [OPTIONS]\n"
            f"       {PROGRAM} replay TRACE [OPTIONS]\nTry '{PROGRAM} run --help'.",
            file=sys.stderr,
        )
        return Exit.USAGE
    try:
        from ezvpn.main import main

        return main(words[1:])
    except KeyboardInterrupt:
        return Exit.STOPPED  # Ctrl-C while the agent was still being loaded


if IS_MICROPYTHON:
    sys.exit(small_main(sys.argv[1:]))
else:
    from ezvpn.cli import main as cli_main

    cli_main()
