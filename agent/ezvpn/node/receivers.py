"""Whom an event of the core is for: the tunnels that use its session, or the one whose pair it is about.

Level 4. An Easy VPN tunnel has its sessions for itself. Entries of crypto maps with the same peer share theirs (`tunnel.shares`),
and the peer may ask for a line of any of them under each. Belongs here: finding the tunnels. Not here: what they do.
"""

from ezvpn.ike.events import ChildDown, ChildFailed, ChildUp, Event, Phase1Up, SessionDown
from ezvpn.tunnel.crypto_map import CryptoMap
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.shares import Shares


def receivers(event: Event, tunnels: "list[EasyVpn]", shares: Shares, now: int) -> "list[EasyVpn]":
    """tunnels: all, in the order of the configuration. None for a pair that nobody wants, or for a session that nobody uses."""
    using = [tunnel for tunnel in tunnels if tunnel.owns(event.session)]
    if isinstance(event, Phase1Up) and shares.stands(event.session):
        for tunnel in tunnels:
            if tunnel not in using and isinstance(tunnel, CryptoMap) and tunnel.wants(event.peer):
                shares.join(event.session, tunnel.name)
                tunnel.adopt(event.session, event.peer, now, theirs=False)
                using.append(tunnel)
    name = shares.owner(event.session, getattr(event, "child", 0))
    if name:
        return [tunnel for tunnel in tunnels if tunnel.name == name]
    if not isinstance(event, ChildUp) or [1 for tunnel in using if not isinstance(tunnel, CryptoMap)]:
        return using
    for tunnel in using + tunnels:
        if isinstance(tunnel, CryptoMap) and tunnel.carries(event.local, event.remote, event.peer):
            shares.take(event.session, event.child, tunnel.name)
            return [tunnel]
    return []


def received(event: Event, shares: Shares, now: int) -> None:
    """All have heard of it: what ended is nobody's any more."""
    if isinstance(event, (ChildDown, ChildFailed)):
        shares.gone(event.session, event.child, now)
    elif isinstance(event, SessionDown):
        shares.ended(event.session)
