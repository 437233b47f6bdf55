"""`ezvpn lab …`: the lab for a person at a shell.

Belongs here: arguments and what is printed. Not here: anything the Python interface (`lab.Lab`) can't do.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from ezvpn_hil.lab import lab as labs
from ezvpn_hil.lab import plan, rootless
from ezvpn_hil.lab.agent import six_lines
from ezvpn_hil.lab.namespace import LabError
from ezvpn_hil.lab.plan import Gateway

app = typer.Typer(help="Gateways, a broker and clients in namespaces.", no_args_is_help=True)

FAULTS = {
    "freeze": "stops answering, its sockets stay open",
    "thaw": "goes on after freeze",
    "kill": "is gone without a word",
    "restart": "comes back knowing nothing of its tunnels",
    "cut": "nothing reaches it, nothing comes from it",
    "restore": "the end of cut and loss",
}

Name = Annotated[str, typer.Option("--lab", help="The lab's name; not needed when there is only one.")]


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"ezvpn lab: {error}", err=True)
    raise typer.Exit(3)


def _need_rights() -> None:
    if os.geteuid() != 0:
        _fail(
            LabError("namespaces need root: use sudo, or first get a shell in namespaces of your own: ezvpn lab shell")
        )


def _terminated(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


@app.command()
def up(
    gateways: Annotated[int, typer.Option(min=0, max=plan.MAX_GATEWAYS, help="strongSwan gateways.")] = 1,
    libreswan: Annotated[
        int, typer.Option(min=0, max=plan.MAX_GATEWAYS, help="libreswan gateways (control plane only).")
    ] = 0,
    nat: Annotated[bool, typer.Option(help="A second client behind a NAT router.")] = True,
    broker: Annotated[str, typer.Option(help="Where the MQTT broker is: none, wan, lan or both.")] = "wan",
    default_route: Annotated[
        bool, typer.Option(help="Gateways take the whole default route, not only their LAN.")
    ] = False,
) -> None:
    """Build a lab and leave it running; says how to use it."""
    _need_rights()
    signal.signal(signal.SIGTERM, _terminated)
    split = None if default_route else (plan.LAN,)
    wanted = [Gateway(split=split)] * gateways
    wanted += [Gateway(kind="libreswan", ike=("aes256-sha256-modp2048",), split=split)] * libreswan
    try:
        lab = labs.Lab(wanted, nat, broker, stays=True)
        lab.up()
    except (LabError, ValueError, OSError) as error:
        _fail(error)
    typer.echo(_describe(lab))
    typer.echo(f"\nSix lines that connect to gw1:\n\n{six_lines(lab.gateways[0].options, lab.gateways[0].address)}")
    typer.echo(
        f"Run the agent in it:  ip netns exec {lab.client.name} {sys.prefix}/bin/ezvpn run CONFIG --state-dir DIR"
    )
    typer.echo(f"Take it down:         ezvpn lab down --lab {lab.name}")


def _describe(lab: labs.Lab) -> str:
    rows = [f"lab {lab.name}  files {lab.path}"]
    for role, space in lab.spaces.items():
        if role != "wan":
            rows.append(f"  {space.name:<18} {' '.join(space.addresses)}")
    for gateway in lab.gateways:
        rows.append(
            f"  {gateway.role} {gateway.options.kind} {gateway.daemon.state()}, pool {gateway.pool}, log {gateway.log}"
        )
    for broker in (lab.broker, lab.broker_lan):
        if broker is not None:
            rows.append(f"  {broker.name} {broker.state()}, mqtt://{broker.address}:1883 mqtts://{broker.address}:8883")
    if lab.broker is not None:
        rows.append(f"  certificates {lab.broker.certificates}")
    return "\n".join(rows)


@app.command()
def shell() -> None:
    """A shell in which labs need no root; leaving it takes them down."""
    if reason := rootless.possible():
        _fail(LabError(f"no namespaces without root on this machine: {reason}"))
    rootless.enter([os.environ.get("SHELL") or "sh"])


@app.command()
def down(
    name: Name = "",
    everything: Annotated[bool, typer.Option("--all", help="Every lab of this machine, whoever uses it.")] = False,
) -> None:
    """Take a lab down: processes, namespaces and files. Works also after a crash."""
    _need_rights()
    try:
        chosen = [labs.attach(run) for run in labs.running()] if everything else [labs.find(name)]
    except LabError as error:
        _fail(error)
    for lab in chosen:
        lab.down()
        typer.echo(f"lab {lab.name} is down")


@app.command()
def status() -> None:
    """The labs of this machine and what runs in them."""
    found = labs.running()
    if not found:
        typer.echo("no lab; start one with: ezvpn lab up")
    for run in found:
        lab = labs.attach(run)
        typer.echo(_describe(lab))
        if run.orphaned():
            typer.echo("  its owner is gone; it is removed by the next lab, or by: ezvpn lab down")
        for gateway in lab.gateways:
            if gateway.daemon.state() == "runs":
                for address, user in gateway.leases().items():
                    typer.echo(f"  {gateway.role} has {user} at {address}")


@app.command()
def fault(
    action: Annotated[str, typer.Argument(help="; ".join(f"{k}: {v}" for k, v in FAULTS.items()))],
    gateway: Annotated[str, typer.Argument(help="gw1, gw2, …")] = "gw1",
    name: Name = "",
) -> None:
    """Let a gateway suffer: freeze, thaw, kill, restart, cut or restore."""
    _need_rights()
    try:
        lab = labs.find(name)
        victim = next((g for g in lab.gateways if g.role == gateway), None)
        if victim is None or action not in FAULTS:
            raise LabError(
                f"{action} {gateway}: use one of {', '.join(FAULTS)} and {', '.join(g.role for g in lab.gateways)}"
            )
        getattr(victim, action)()
    except (LabError, OSError) as error:
        _fail(error)
    typer.echo(f"{gateway} of {lab.name}: {action}: {FAULTS[action]}")


@app.command()
def loss(
    percent: Annotated[float, typer.Argument(min=0, max=100)],
    gateway: Annotated[str, typer.Argument(help="gw1, gw2, …")] = "gw1",
    name: Name = "",
) -> None:
    """Drop a share of a gateway's packets at random, each way. 0 ends it."""
    _need_rights()
    try:
        lab = labs.find(name)
        if gateway not in lab.plan.gateway_roles():
            raise LabError(f"{gateway}: use one of {', '.join(lab.plan.gateway_roles())}")
        lab.wan.loss(gateway, percent)
    except LabError as error:
        _fail(error)
    typer.echo(f"{gateway} of {lab.name}: {percent:g} % loss each way")
