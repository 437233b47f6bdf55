"""Everything that was ignored, dropped or refused anywhere in a device, gathered for who asks.

Level 4. Belongs here: what each of them is called in one list. Not here: counting, which everybody does where it happens, and
what `clear counters` takes off (`baseline`).
"""

from ezvpn.dataplane.port import DataPlane
from ezvpn.ike.endpoint import Endpoint
from ezvpn.node.debugging import Debugging
from ezvpn.tunnel.easy_vpn import EasyVpn


def gathered(
    own: "dict[str, int]",
    endpoint: Endpoint,
    tunnels: "list[EasyVpn]",
    debugging: Debugging,
    plane: DataPlane,
    outside: object,
) -> "list[tuple[str, int]]":
    """(name, count), sorted by name. own: what the node counted · outside: () -> [(name, count)] of the runtime, or None."""
    found = dict(own)
    for cause in endpoint.dropped:
        found["isakmp " + cause] = endpoint.dropped[cause]
    for tunnel in tunnels:
        for what in tunnel.ignored:
            found[tunnel.name + " ignored " + what] = tunnel.ignored[what]
        found[tunnel.name + " stale events"] = tunnel.stale
        found[tunnel.name + " lost notices"] = tunnel.telling.lost
    if debugging.left_out:
        found["debug lines left out"] = debugging.left_out
    found["data plane edges lost"] = plane.overflows
    drops = plane.drops()
    for cause in drops:
        found["data plane " + cause] = drops[cause]
    if outside is not None:
        for name, count in outside():  # type: ignore[operator]
            found[name] = count
    return [(name, found[name]) for name in sorted(found)]
