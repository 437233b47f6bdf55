"""`ezvpn firmware …`: what a user types, what is printed, the exit code.

Belongs here: words and output. Not here: building (`build`), limits and tables (`budget`).
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import typer

from ezvpn_firmware import boards, image, packages, targets
from ezvpn_firmware import budget as budgets
from ezvpn_firmware import build as building
from ezvpn_firmware.places import cache
from ezvpn_firmware.trouble import Trouble

app = typer.Typer(no_args_is_help=True, help="Build the device binary and router images.")


@app.callback()
def firmware() -> None:
    """Build the device binary and router images."""


@app.command()
def build(
    binary: Annotated[str, typer.Option("--binary", metavar="TARGET", help="x86_64, armhf, aarch64 or mipsel.")] = "",
    board: Annotated[str, typer.Option("--board", metavar="NAME", help="A folder of board/: its router image.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Build anew and compare with what was built before.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Let the tables compare with this build from now on.")
    ] = False,
) -> None:
    """Build the agent as one static executable, or a whole router image, and show its size.

    The path of the executable, or of the image's folder, is the last line.
    Exit codes: 0 built, 1 it could not be built, is not reproducible, or is too large, 2 usage.

    Examples: ezvpn firmware build --binary armhf
              ezvpn firmware build --board qemu_virt_armv7
    """
    if (binary == "") == (board == ""):
        typer.echo("ezvpn firmware: name one: --binary TARGET or --board NAME", err=True)
        raise typer.Exit(2)
    try:
        if board:
            _image(board, again)
        else:
            _binary(binary, again, accept)
    except Trouble as trouble:
        raise _failed(trouble) from None


@app.command()
def package(
    kind: Annotated[str, typer.Argument(metavar="deb|ipk")],
    architecture: Annotated[str, typer.Argument(help="deb: amd64, arm64, armhf. ipk: as OpenWrt names it.")],
) -> None:
    """Build the device binary and put it into a package of Debian or OpenWrt.

    The path of the package is the last line. Exit codes: 0 built, 1 it could not be built.

    Example: ezvpn firmware package deb armhf
    """
    try:
        target = targets.of(packages.target_of(kind, architecture))
        built = building.build(target, _steps(target.name))
        path = packages.make(kind, architecture, built.path.read_bytes(), cache() / "packages")
    except Trouble as trouble:
        raise _failed(trouble) from None
    typer.echo(f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}\n{path}")


def _failed(trouble: Trouble) -> typer.Exit:
    typer.echo(f"ezvpn firmware: {trouble.what}", err=True)
    if trouble.command:
        typer.echo(f"\nRun this, then the same again:\n\n    {trouble.command}\n", err=True)
    return typer.Exit(1)


def _binary(name: str, again: bool, accept: bool) -> None:
    target, budget = targets.of(name), budgets.read()
    built = building.build(target, _steps(name), again)
    typer.echo("\n".join(budgets.table(name, built.size, built.modules, budget)))
    if too_large := budgets.breach(name, built.size, built.modules, budget):
        raise Trouble(too_large)
    if accept:
        budgets.accept(name, built.size, built.modules)
    typer.echo(f"sha256 {built.sha256}\n{built.path}")


def _image(name: str, again: bool) -> None:
    made = image.build(boards.of(name), _steps(name), again)
    typer.echo("\n".join(made.table()))
    for file, known in made.sha256.items():
        typer.echo(f"sha256 {known} {file}")
    typer.echo(made.folder)


def _steps(name: str) -> building.Say:
    return lambda line: typer.echo(f"[{name}] {line}", err=True)
