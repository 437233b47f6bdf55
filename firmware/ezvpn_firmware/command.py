"""`ezvpn firmware …`: what a user types, what is printed, the exit code.

Belongs here: words and output. Not here: building (`build`), limits and tables (`budget`).
"""

from __future__ import annotations

from typing import Annotated

import typer

from ezvpn_firmware import budget as budgets
from ezvpn_firmware import build as building
from ezvpn_firmware import targets
from ezvpn_firmware.trouble import Trouble

app = typer.Typer(no_args_is_help=True, help="Build the device binary.")


@app.callback()
def firmware() -> None:
    """Build the device binary."""


@app.command()
def build(
    binary: Annotated[str, typer.Option("--binary", metavar="TARGET", help="x86_64, armhf, aarch64 or mipsel.")],
    again: Annotated[bool, typer.Option("--again", help="Build anew and compare with what was built before.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Let the tables compare with this build from now on.")
    ] = False,
) -> None:
    """Build the agent as one static executable, and show its size beside the last accepted one.

    The path of the executable is the last line.
    Exit codes: 0 built, 1 it could not be built, is not reproducible, or is too large.

    Example: ezvpn firmware build --binary armhf
    """

    def say(line: str) -> None:
        typer.echo(f"[{binary}] {line}", err=True)

    try:
        target, budget = targets.of(binary), budgets.read()
        built = building.build(target, say, again)
        typer.echo("\n".join(budgets.table(binary, built.size, built.modules, budget)))
        if too_large := budgets.breach(binary, built.size, built.modules, budget):
            raise Trouble(too_large)
        if accept:
            budgets.accept(binary, built.size, built.modules)
    except Trouble as trouble:
        typer.echo(f"ezvpn firmware: {trouble.what}", err=True)
        if trouble.command:
            typer.echo(f"\nRun this, then the same again:\n\n    {trouble.command}\n", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"sha256 {built.sha256}\n{built.path}")
