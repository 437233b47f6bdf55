"""`show interfaces`, `show ip …` and `clear counters`: their tables, and where each one's facts come from. Layout is in
`render_network`. What sends packets is in `exec_ping`.

Level 4, pure. The layout is imported where it is used: a console that nobody asks for it does without.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.network_facts import InterfaceFacts, RouteFacts
from ezvpn.report.json_text import Object
from ezvpn.wire.inet import mask_bytes, masked

_JSON = "As JSON"

# At any level. `brief` is ours for `show interfaces`: one line each with its counters.
SHOW_NETWORK = (
    (
        "show interfaces [brief|IFNAME]$name [json]$json",
        ("", "State and counters of the interfaces", "One line an interface", "One interface", _JSON),
        "show_interfaces",
    ),
    (
        "show ip interface brief [json]$json",
        ("", "IP information", "Addresses and state of the interfaces", "One line an interface", _JSON),
        "show_ip_interfaces",
    ),
    (
        "show ip route [A.B.C.D$address [MASK$mask]|PREFIX$prefix] [json]$json",
        (
            "",
            "",
            "The routing table",
            "The best route to an address, or the one to a network",
            "Mask of the network",
            "The route to a network",
            _JSON,
        ),
        "show_ip_route",
    ),
)

# In privileged mode only.
CLEAR_NETWORK = (
    ("clear counters [IFNAME$name]", ("", "Count from zero again", "Those of one interface"), "clear_counters"),
)


def _interfaces(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_network

    found = _chosen(caller, match, now)
    if match.text("name").lower() == "brief":
        return render_network.interfaces_brief(found)
    return render_network.interfaces(found, now)


def _interfaces_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_network

    return render_network.interfaces_json(_chosen(caller, match, now), now)


def _ip_interfaces(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_network

    return render_network.ip_interfaces(caller.host.interfaces(now))


def _ip_interfaces_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_network

    return render_network.ip_interfaces_json(caller.host.interfaces(now))


def _routes(caller: Caller, match: Match, now: int) -> "list[str]":
    from ezvpn.console import render_network

    found = caller.host.routes(now)
    chosen = _routes_to(found, match)
    return render_network.routes(found) if chosen is None else render_network.routing_entry(chosen)


def _routes_json(caller: Caller, match: Match, now: int) -> Object:
    from ezvpn.console import render_network

    found = caller.host.routes(now)
    return render_network.routes_json(found, _routes_to(found, match))


def _routes_to(found: "list[RouteFacts]", match: Match) -> "list[RouteFacts] | None":
    """The routes to the network that was asked for, or the best for the address; None: nobody asked. Raises Failed."""
    address, mask = match.address("address"), match.address("mask")
    network = match.address("prefix")
    if network is not None:
        address, mask = network[:4], mask_bytes(network[4])
    if address is None:
        return None
    if mask is not None:
        chosen = [route for route in found if (route.destination, mask_bytes(route.prefix)) == (address, mask)]
    else:
        reached = [route for route in found if masked(address, mask_bytes(route.prefix)) == route.destination]
        longest = max([route.prefix for route in reached] + [0])
        chosen = [route for route in reached if route.prefix == longest]
    if not chosen:
        raise Failed("Network not in table")
    best = min([route.metric for route in chosen])
    return [route for route in chosen if route.metric == best]


def clear_counters(caller: Caller, match: Match, now: int) -> None:
    name = match.text("name")
    if name:
        name = named(caller.host.interfaces(now), name)[0].name
    if caller.interactive:
        which = "this interface" if name else "all interfaces"
        question = 'Clear "show interface" counters on ' + which + " [confirm]"
        caller.ask(question, True, _Clear(caller, name).answered)
    else:
        caller.host.clear_counters(name, now)


class _Clear:
    """The confirmation: Enter or y."""

    def __init__(self, caller: Caller, name: str) -> None:
        self.caller = caller
        self.name = name

    def answered(self, text: str, now: int) -> None:
        if text.strip().lower() in ("", "y", "yes"):
            self.caller.host.clear_counters(self.name, now)


def _chosen(caller: Caller, match: Match, now: int) -> "list[InterfaceFacts]":
    name = match.text("name")
    found = caller.host.interfaces(now)
    return found if name.lower() in ("", "brief") else named(found, name)


def named(found: "list[InterfaceFacts]", name: str) -> "list[InterfaceFacts]":
    """The interface of this name, or device. Raises Failed."""
    chosen = [facts for facts in found if name.lower() in (facts.name.lower(), facts.device.lower())]
    if not chosen:
        raise Failed("There is no interface " + name)
    return chosen[:1]


# action -> (lines, JSON)
SHOWS_NETWORK = {
    "show_interfaces": (_interfaces, _interfaces_json),
    "show_ip_interfaces": (_ip_interfaces, _ip_interfaces_json),
    "show_ip_route": (_routes, _routes_json),
}

ACTIONS_NETWORK = {"clear_counters": clear_counters}
