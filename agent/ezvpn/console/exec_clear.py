"""`clear crypto session`, `clear crypto isakmp`, `clear crypto sa`: which tunnels they mean, and what is asked of the device.

Level 4, pure. What a tunnel does then is its own: with `connect auto` it comes back at once. As in IOS nothing is said when
something was cleared; when nothing was, that is said.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.render import CONN_ID_BASE
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import clean

_LOCAL = "[local A.B.C.D$local [port <1-65535>$local_port]]"
_REMOTE = "[remote A.B.C.D$remote [port <1-65535>$remote_port]]"
_VRFS = "[fvrf WORD$fvrf] [ivrf WORD$ivrf]"

# In privileged mode only. Feature documents print `fvr`, IOS `fvrf`: the abbreviation takes both.
CLEAR = (
    (
        "clear crypto session " + _LOCAL + " " + _REMOTE + " " + _VRFS,
        (
            "Reset",
            "Encryption",
            "Delete sessions: their IKE and IPsec SAs",
            "Those with this end on our side",
            "Address of ours",
            "And this port",
            "Port of ours",
            "Those with this end on the peer's side",
            "Address of the peer",
            "And this port",
            "Port of the peer",
            "Those with this front-door VRF",
            "Name of a VRF",
            "Those with this inside VRF",
            "Name of a VRF",
        ),
        "clear_session",
    ),
    (
        "clear crypto isakmp [<1-2147483647>$conn]",
        ("", "", "Delete ISAKMP SAs, and the IPsec SAs made with them", "conn-id of one of them"),
        "clear_isakmp",
    ),
    (
        "clear crypto sa [peer A.B.C.D$peer]",
        ("", "", "Delete IPsec SAs: they are negotiated anew", "Those with one peer", "Address of the peer"),
        "clear_sa",
    ),
)

# What IOS calls the routing table that has no name.
_GLOBAL = ("none", "(none)", "global", "default")


def clear_session(caller: Caller, match: Match, now: int) -> None:
    for name in ("fvrf", "ivrf"):
        vrf = match.text(name)
        if vrf and vrf.lower() not in _GLOBAL:
            raise Failed("No VRF named " + clean(vrf) + ": this device has one routing table")
    local = (match.address("local"), match.number("local_port"))
    remote = (match.address("remote"), match.number("remote_port"))
    cleared = 0
    for status in caller.host.tunnels(now):
        if _has_session(status) and _is(_local(status), local) and _is(_remote(status), remote):
            cleared += 1
            caller.host.tunnel_clear(status.name, now)
            continue
        for phase1 in status.beside:
            if _is((phase1.local, phase1.local_port), local) and _is((phase1.peer, phase1.peer_port), remote):
                cleared += 1
                caller.host.isakmp_clear(phase1.session, now)
    if not cleared:
        raise Failed("No crypto session " + ("matches" if local[0] or remote[0] else "stands or is being negotiated"))


def clear_isakmp(caller: Caller, match: Match, now: int) -> None:
    conn = match.number("conn")
    cleared = 0
    for status in caller.host.tunnels(now):
        if status.phase1 is not None and conn in (0, CONN_ID_BASE + status.phase1.session):
            cleared += 1
            caller.host.tunnel_clear(status.name, now)
            continue
        for phase1 in status.beside:
            if conn in (0, CONN_ID_BASE + phase1.session):
                cleared += 1
                caller.host.isakmp_clear(phase1.session, now)
    if not cleared:
        raise Failed("No ISAKMP SA has conn-id " + str(conn) if conn else "There is no ISAKMP SA")


def clear_sa(caller: Caller, match: Match, now: int) -> None:
    peer = match.address("peer")
    found = [
        status
        for status in caller.host.tunnels(now)
        if status.children and (peer is None or status.peer_address == peer)
    ]
    if not found:
        raise Failed("There is no IPsec SA" + (" with that peer" if peer is not None else ""))
    for status in found:
        caller.host.tunnel_clear_sas(status.name, now)


def _has_session(status: TunnelStatus) -> bool:
    return status.phase1 is not None or len(status.children) > 0


def _local(status: TunnelStatus) -> "tuple[bytes | None, int]":
    if status.phase1 is None:
        return status.local, 0
    return status.phase1.local or status.local, status.phase1.local_port


def _remote(status: TunnelStatus) -> "tuple[bytes | None, int]":
    if status.phase1 is None:
        return status.peer_address, 0
    return status.phase1.peer, status.phase1.peer_port


def _is(end: "tuple[bytes | None, int]", wanted: "tuple[bytes | None, int]") -> bool:
    """Whether an end of a session is the one that was typed; port 0: any."""
    address, port = wanted
    if address is None:
        return True
    return end[0] == address and port in (0, end[1])
