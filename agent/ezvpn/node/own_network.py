"""What the machine's own network shall be, as the order `set_network` says it: for boards that are routers.

Level 4, pure. Belongs here: which interfaces and routes of the configuration that is. Not here: setting them
(`runtime.interfaces`).
"""

from ezvpn.config.model import Config
from ezvpn.tunnel.outside import Links
from ezvpn.wire import inet


def set_network(
    config: Config, links: Links
) -> "tuple[list[tuple[str, bool, bytes | None, int]], list[tuple[bytes, int, bytes, int]]]":
    """Rows (device, up, address or None, prefix) and (network, prefix, gateway, metric). A port of the board that
    the configuration doesn't name is off."""
    interfaces: "list[tuple[str, bool, bytes | None, int]]" = []
    for each in config.interfaces:
        if links.is_loopback(each.name):
            continue
        prefix = inet.prefix_length(each.mask) if each.mask is not None else 0
        interfaces.append((links.device_of(each.name), not each.shutdown, each.address, prefix))
    named = [row[0] for row in interfaces]
    for device in links.ports():
        if device not in named:
            interfaces.append((device, False, None, 0))
    routes: "list[tuple[bytes, int, bytes, int]]" = []
    for route in config.routes:
        # A metric of 0 is the kernel's own for a connected network.
        routes.append((route.network, inet.prefix_length(route.mask), route.gateway, route.distance))
    return interfaces, routes
