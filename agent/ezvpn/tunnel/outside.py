"""Which interface of the configuration is which device of the machine, and whether it can be used.

Belongs here: the alias table of the board, what the runtime said about devices. Not here: setting addresses, routes.
"""

from ezvpn.wire.inet import ipv4_text

LINKS_MAX = 256


class Links:
    """aliases: (IOS interface name, device name). Where the runtime never names a device, every interface counts as there."""

    def __init__(self, aliases: "tuple[tuple[str, str], ...]") -> None:
        self._aliases = aliases
        self._links: "dict[str, tuple[bool, bytes | None]]" = {}

    def tell(self, device: str, up: bool, address: "bytes | None") -> bool:
        """A device went up or down, or has another address. False: one too many, not kept."""
        if device not in self._links and len(self._links) >= LINKS_MAX:
            return False
        self._links[device] = (up, address)
        return True

    def device_of(self, interface: str) -> str:
        """The board's alias, or the device of the same name."""
        for name, device in self._aliases:
            if name.lower() == interface.lower():
                return device
        return interface

    def ports(self) -> "list[str]":
        """The devices that the board has names for."""
        return [device for _, device in self._aliases]

    def available(self, interface: str) -> bool:
        """Whether the device is there and up. "" = no interface is configured: then the way to the peer decides."""
        if not interface or not self._links or self.is_loopback(interface):
            return True
        return self._links.get(self.device_of(interface), (False, None))[0]

    def warning(self, interface: str, address: "bytes | None") -> str:
        """What is wrong with this interface of the configuration, or ""."""
        device = self.device_of(interface)
        if not self._links or self.is_loopback(interface):
            return ""
        if device not in self._links:
            return "interface " + interface + ": this machine has no device " + device + ": it counts as absent"
        found = self._links[device][1]
        if address is None or found is None or found == address:
            return ""
        return "interface " + interface + ": its address here is " + ipv4_text(found) + ", not " + ipv4_text(address)

    def is_loopback(self, interface: str) -> bool:
        """Those are up as long as the machine is, and the runtime says nothing of them. A device behind one is a device."""
        number = interface.lower()[len("loopback") :]
        return interface == "lo" or (
            interface.lower() == "loopback" + number and number.isdigit() and self.device_of(interface) == interface
        )
