"""The command line on CPython: `ezvpn run | check | exec | console | replay | version`, and other distributions' commands.

Level 5. typer and rich are imported only for the commands that need them: `run` starts in the time that importing them takes,
and `exec` is called from scripts in loops. Exit codes are in runtime/exits.py.
"""

import sys

from ezvpn.runtime.exits import Exit

# \b keeps the lines of a paragraph as they are.
_EPILOG = """\b
Examples:
  ezvpn run branch.conf              bring the tunnel up and keep it
  ezvpn run branch.conf --console -  the same, the console on this terminal
  ezvpn check branch.conf            what it will do, and what is weak about it
  ezvpn exec show version            one console command on the running agent
  ezvpn console                      attach to its console, Ctrl-] leaves
  ezvpn console /dev/ttyUSB0         the console of a device on a serial cable
  ezvpn replay trace.ezt             re-run what the flight recorder kept

\b
Exit codes:
  0  stopped or done
  1  the configuration has errors, or the command failed
  2  wrong usage
  3  a right or a device is missing, or no agent is running
  4  another agent uses the state directory"""


_CONSOLE_EPILOG = """\b
Keys on a port:
  Ctrl-]       leave
  Ctrl-\\ b     send a break        Ctrl-\\ ?   show all keys

\b
Examples:
  ezvpn console                                     the agent that runs here
  ezvpn console /dev/ttyUSB0                        a device on a cable, its speed is found
  ezvpn console /dev/ttyUSB0 --baud 9600 --log boot.log
  ezvpn console rfc2217://terminal-server:4001      a port of a terminal server
  ezvpn console socket://terminal-server:2001       the same as plain TCP
  ezvpn console /dev/ttyUSB0 --send branch.conf     paste a configuration

\b
--send enters nothing but the lines of FILE, so log in before it and say `configure terminal`:
  ezvpn console /dev/ttyUSB0 --expect '>$' --type enable --expect 'word: $' --type '$ENABLE_PASSWORD' \\
      --expect '#$' --type 'configure terminal' --expect '#$' --send branch.conf

\b
Comments (!) and empty lines of FILE are not sent. It ends at the first line that the console refuses, with FILE, line
number and message. For a script: what comes is on stdout, the n-th --type is sent when the n-th --expect has come, a
pattern without one is only waited for, `$NAME` is taken from the environment:
  ezvpn console /dev/ttyUSB0 --expect '' --type 'show version' --expect '>$'
Without them a pipe is typed: printf 'show clock\\r' | ezvpn console /dev/ttyUSB0

\b
Exit codes:
  0  left, or all was entered
  1  a line was refused, a pattern did not come, or it was stopped before the end
  2  wrong usage
  3  the port can't be used, or no agent is running"""


def main() -> None:
    """The entry point `ezvpn`; does not return."""
    words = sys.argv[1:]
    if words[:1] == ["run"] and "--help" not in words and "-h" not in words:
        try:
            from ezvpn.main import main as run_main

            sys.exit(run_main(words[1:]))
        except KeyboardInterrupt:
            sys.exit(Exit.STOPPED)  # Ctrl-C while the agent was still being loaded
    if words[:1] == ["replay"]:
        from ezvpn.replay import main as replay_main

        sys.exit(replay_main(words[1:]))
    if words[:1] == ["exec"] and len(words) > 1 and not [word for word in words if word.startswith("-")]:
        sys.exit(execute(" ".join(words[1:]), ""))
    _typer_main()


def execute(command: str, state_dir: str) -> int:
    """Run one console command on the agent of `state_dir`, print its text, return its exit code."""
    from ezvpn.terminal.agent import NoAgent, ask

    try:
        code, text = ask(command, state_dir)
    except NoAgent as fault:
        print(f"ezvpn: {fault}", file=sys.stderr)
        return Exit.MISSING
    print(text, end="" if text.endswith("\n") or not text else "\n")
    return code


def check(path: str) -> int:
    """Explain a configuration file; exit code 1 with line numbers and carets if it has errors."""
    from ezvpn.config import check as config_check
    from ezvpn.config import text as config_text

    try:
        with open(path, "rb") as file:
            content = config_text.decode(file.read())
    except OSError as error:
        print(f"ezvpn: {path}: {error.strerror}", file=sys.stderr)
        return Exit.CONFIGURATION
    except config_text.NotText as fault:
        print(f"ezvpn: {fault.show(path)}", file=sys.stderr)
        return Exit.CONFIGURATION
    result = config_text.parse(content)
    for problem in result.errors:
        print("\n".join(problem.show(path)))
    if result.errors:
        return Exit.CONFIGURATION
    for problem in result.warnings:
        print("\n".join(problem.show(path)))
    print("\n".join(config_check.explain(result.config)))
    for heading, lines in (
        ("Missing", config_check.missing(result.config)),
        ("Weak", config_check.weaknesses(result.config)),
    ):
        if lines:
            print("\n" + heading + ":\n" + "\n".join(["  - " + line for line in lines]))
    return Exit.STOPPED


def _typer_main() -> None:
    from importlib.metadata import entry_points
    from typing import Annotated

    import typer

    from ezvpn.runtime import options

    app = typer.Typer(
        help="An embedded Cisco Easy VPN remote.",
        epilog=_EPILOG,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
    )
    help_of = {name: f"{text} [{value}]" for name, value, _, text in options.RUN_OPTIONS}
    state_dir = Annotated[str, typer.Option("--state-dir", metavar="DIR", help=help_of["--state-dir"])]

    @app.command(
        "run", epilog="SIGHUP reads CONFIG again; SIGTERM and Ctrl-C take the tunnel down and restore all routes."
    )
    def run_command(
        config: Annotated[str, typer.Argument(metavar="CONFIG", help="IOS text; default: the stored one.")] = "",
        console: Annotated[str, typer.Option("--console", metavar="WHERE", help=help_of["--console"])] = "",
        dataplane: Annotated[str, typer.Option("--dataplane", metavar="NAME", help=help_of["--dataplane"])] = "auto",
        state_dir: state_dir = "",
        board: Annotated[str, typer.Option("--board", metavar="NAME", help=help_of["--board"])] = "unix",
        record: Annotated[str, typer.Option("--record", metavar="WORD", help=help_of["--record"])] = "on",
        record_keys: Annotated[str, typer.Option("--record-keys", metavar="FILE", help=help_of["--record-keys"])] = "",
    ) -> None:
        """Run the agent until it is stopped."""
        from ezvpn.main import main as run_main

        raise typer.Exit(run_main(sys.argv[2:]))

    @app.command("check", epilog="Example: ezvpn check branch.conf")
    def check_command(config: Annotated[str, typer.Argument(metavar="CONFIG", help="IOS text.")]) -> None:
        """Explain a configuration, warn of what is weak."""
        raise typer.Exit(check(config))

    @app.command("exec", epilog='Example: ezvpn exec "show crypto ipsec client ezvpn | json"')
    def exec_command(
        command: Annotated[list[str], typer.Argument(metavar="COMMAND", help="One console command.")],
        state_dir: state_dir = "",
    ) -> None:
        """Run one console command on the running agent."""
        raise typer.Exit(execute(" ".join(command), state_dir))

    @app.command("console", epilog=_CONSOLE_EPILOG)
    def console_command(
        port: Annotated[
            str,
            typer.Argument(metavar="[PORT]", help="A serial port, socket://HOST:PORT or rfc2217://HOST:PORT."),
        ] = "",
        baud: Annotated[
            int | None, typer.Option("--baud", metavar="N", min=50, help="Bit/s; default: found by itself.")
        ] = None,
        log: Annotated[str, typer.Option("--log", metavar="FILE", help="Append all that comes, as it comes.")] = "",
        send: Annotated[str, typer.Option("--send", metavar="FILE", help="Enter a configuration, line by line.")] = "",
        expect: Annotated[list[str], typer.Option("--expect", metavar="REGEX", help="Wait for this.")] = [],  # noqa: B006
        text: Annotated[list[str], typer.Option("--type", metavar="TEXT", help="Then type this and Enter.")] = [],  # noqa: B006
        timeout: Annotated[float, typer.Option("--timeout", metavar="S", min=0.1, help="For each answer.")] = 10.0,
        state_dir: state_dir = "",
    ) -> None:
        """Attach to the console of the agent, or of a device on a serial port."""
        if port:
            from ezvpn.terminal.command import Wishes, run

            raise typer.Exit(run(Wishes(port, baud or 0, log, send, expect, text, timeout)))
        if baud or log or send or expect or text:
            print("ezvpn: --baud, --log, --send, --expect and --type need a PORT", file=sys.stderr)
            raise typer.Exit(Exit.USAGE)
        from ezvpn.terminal.agent import NoAgent, attach

        try:
            attach(state_dir)
        except NoAgent as fault:
            from ezvpn.terminal.ports import here

            print(f"ezvpn: {fault}\nOr name a PORT; {here()}", file=sys.stderr)
            raise typer.Exit(Exit.MISSING)

    @app.command("replay", epilog="Example: ezvpn replay trace.ezt --json")
    def replay_command(
        trace: Annotated[str, typer.Argument(metavar="TRACE", help="A file that `write trace` kept.")],
    ) -> None:
        """Re-run a recorded trace and print what happened."""

    @app.command("version")
    def version_command() -> None:
        """Print the version."""
        from ezvpn.version import VERSION

        print(f"ezvpn {VERSION}")

    for entry in entry_points(group="ezvpn.commands"):
        app.add_typer(entry.load(), name=entry.name)
    app()
