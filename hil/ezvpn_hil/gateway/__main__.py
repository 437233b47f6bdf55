"""The practice gateway as a program, for the demo on a machine without strongSwan and for trying things.

    python -m ezvpn_hil.gateway --listen 198.51.100.11 --pool 198.18.11.0/24 --group unity --key K --user U:P [--tun]

Belongs here: arguments. Not here: serving (`server`). Our own code on both ends proves no interoperability.
Prints one line an event; SIGTERM and Ctrl-C delete every SA. Exit codes: 0 ended, 2 usage, 3 a socket or the device was refused.
"""

from __future__ import annotations

import argparse
import ipaddress
import sys
from collections.abc import Callable
from typing import TypeVar

from ezvpn_hil.gateway import suites
from ezvpn_hil.gateway.policy import ESP, PHASE1, Policy
from ezvpn_hil.gateway.server import CannotServe, Server

POOL_MOST = 1024

Value = TypeVar("Value")


def _readable(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """A reader for argparse, which shows the words of its own kind of error only."""

    def value(text: str) -> Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error))

    return value


def _user(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not name or not colon:
        raise ValueError("write it as USER:PASSWORD")
    return name, password


ADDRESS = _readable(ipaddress.IPv4Address)
NETWORK = _readable(ipaddress.IPv4Network)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="ezvpn_hil.gateway", description="A small Easy VPN gateway to practise with. Not for real use."
    )
    made.add_argument("--listen", type=ADDRESS, required=True, metavar="A.B.C.D", help="its address; UDP 500 and 4500")
    made.add_argument("--pool", type=NETWORK, required=True, metavar="NETWORK", help="addresses for clients")
    made.add_argument("--group", required=True)
    made.add_argument("--key", required=True, help="the group's key")
    made.add_argument(
        "--user", type=_readable(_user), action="append", required=True, metavar="U:P", help="may be repeated"
    )
    made.add_argument(
        "--split", type=NETWORK, action="append", default=[], metavar="NETWORK", help="behind it; default: everything"
    )
    made.add_argument("--ike", type=_readable(suites.phase1), action="append", metavar="aes256-sha256-modp2048")
    made.add_argument("--esp", type=_readable(suites.esp), action="append", metavar="aes256-sha256[-modp2048]")
    made.add_argument("--dns", type=ADDRESS, action="append", default=[], metavar="A.B.C.D")
    made.add_argument("--domain", default="")
    made.add_argument("--banner", default="Welcome to the practice gateway")
    made.add_argument("--tun", action="store_true", help="a TUN device for the pool; needs root")
    return made


def policy(options: argparse.Namespace) -> Policy:
    """The policy that the options ask for."""
    pool: ipaddress.IPv4Network = options.pool
    hosts = [host.packed for _, host in zip(range(POOL_MOST), pool.hosts(), strict=False)]
    # PFS is demanded only where every ESP proposal names the same group.
    groups = {group for _, group in options.esp or ()}
    return Policy(
        address=options.listen.packed,
        group=options.group.encode(),
        key=options.key,
        users=dict(options.user),
        phase1=tuple(options.ike or PHASE1),
        esp=tuple(transform for transform, _ in options.esp) if options.esp else ESP,
        pool=hosts,
        split=tuple(str(network) for network in options.split),
        banner=options.banner,
        dns=tuple(str(address) for address in options.dns),
        domain=options.domain,
        pfs=groups.pop() if len(groups) == 1 else 0,
        any_network=True,
    )


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        Server(policy(options), options.pool, options.tun).run()
    except CannotServe as error:
        print(f"ezvpn_hil.gateway: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
