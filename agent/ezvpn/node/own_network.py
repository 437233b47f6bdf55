"""What the machine's own network shall be, as the order `set_network` says it: for boards that are routers.

Level 4, pure. Belongs here: which interfaces and routes of the configuration that is. Not here: setting them
(`runtime.interfaces`).
"""

from ezvpn.config.model import Config
from ezvpn.tunnel.outside import Links
from ezvpn.wire import inet


def set_network(config: Config, links: Links) -> "tuple[list[object], list[object]]":
    """Rows (device, up, address or None, prefix) and (network, prefix, gateway, metric). What the configuration doesn't name
    stays as it is: off, after a start."""
    interfaces: "list[object]" = []
    for each in config.interfaces:
        if links.is_loopback(each.name):
            continue
        prefix = inet.prefix_length(each.mask) if each.mask is not None else 0
        interfaces.append((links.device_of(each.name), not each.shutdown, each.address, prefix))
    routes: "list[object]" = []
    for route in config.routes:
        # A metric of 0 is the kernel's own for a connected network.
        routes.append((route.network, inet.prefix_length(route.mask), route.gateway, route.distance))
    return interfaces, routes
