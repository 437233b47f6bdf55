"""`ezvpn firmware …`: what a user types, what is printed, the exit code.

Belongs here: words and output. Not here: building (`build`), tables (`report`).
"""

from __future__ import annotations

from typing import Annotated

import typer

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
) -> None:
    """Build the agent as one static executable. Exit codes: 0 built, 1 it could not be built or is too large."""

    def say(line: str) -> None:
        typer.echo(f"[{binary}] {line}", err=True)

    try:
        built = building.build(targets.of(binary), say, again)
    except Trouble as trouble:
        typer.echo(f"ezvpn firmware: {trouble.what}", err=True)
        if trouble.command:
            typer.echo(f"\nRun this, then the same again:\n\n    {trouble.command}\n", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{built.path}\n{built.size:,} bytes, sha256 {built.sha256}")
