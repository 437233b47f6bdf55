"""`ip route`: the table, and what it does to a `Config`. Forms without a next hop are kept.

Level 3, pure. Whether the machine's routes are ours to set is the board's affair.
"""

from ezvpn.config import tokens
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import StaticRoute
from ezvpn.wire import inet

ROUTES_MAX = 64

GLOBAL = (
    (
        "ip route A.B.C.D$network MASK$mask A.B.C.D$gateway ~ [<1-255>$distance]",
        (
            "IPv4",
            "A static route",
            "The network that it leads to",
            "Its mask",
            "The router to send to",
            "The lower one is taken (default 1)",
        ),
        "ip_route",
    ),
)


def ip_route(draft: Draft, match: Match) -> None:
    routes = draft.config.routes
    network, mask, gateway = match.address("network"), match.address("mask"), match.address("gateway")
    if network is None or mask is None or gateway is None:
        raise Rejected("a static route has a network, a mask and a next hop")
    if inet.masked(network, mask) != network:
        # IOS: "%Inconsistent address and mask"
        raise Rejected(
            "inconsistent address and mask: the network is " + tokens.dotted(inet.masked(network, mask)), "network"
        )
    if gateway[0] == 0 or gateway[0] == 127 or gateway[0] >= 224:
        raise Rejected(tokens.dotted(gateway) + " is not an address of a host", "gateway")
    made = StaticRoute(network, mask, gateway, match.number("distance", 1))
    known = [route for route in routes if (route.network, route.mask, route.gateway) == (network, mask, gateway)]
    if match.negate:
        if not known:
            raise Rejected("there is no such route", "network")
        routes.remove(known[0])
    elif known:
        known[0].distance = made.distance
    elif len(routes) >= ROUTES_MAX:
        raise Rejected("more than " + str(ROUTES_MAX) + " static routes")
    else:
        routes.append(made)


SETTERS = {"ip_route": ip_route}
