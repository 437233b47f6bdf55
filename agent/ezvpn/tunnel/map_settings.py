"""What one entry of a crypto map is told to be: the node makes it from the configuration.

Belongs here: values, the key for a peer, and what is missing to connect.
"""

from ezvpn.ike.params import ChildRequest
from ezvpn.record import Secret
from ezvpn.tunnel.settings import Settings


class MapSettings(Settings):
    """phase1: one rung with all policies, for main mode negotiates the group · pfs_group: 0 = without · keys: (address, mask,
    host name, key), the one that counts first · shared: hosts that other entries have too · incomplete: what the configuration
    lacks, "" = nothing."""

    _fields = Settings._fields + ("keys", "shared", "incomplete")  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.pfs_group = 0
        self.keys: "tuple[tuple[bytes | None, bytes, str, Secret], ...]" = ()
        self.shared: "tuple[str, ...]" = ()
        self.incomplete = ""

    def missing(self) -> str:
        """ "" when the tunnel can connect, else what to type."""
        return self.incomplete

    def key_for(self, address: bytes, host: str) -> "Secret | None":
        """The first key whose mask holds the address; without one, the key for the configured name."""
        for network, mask, _, key in self.keys:
            if network is not None and not [1 for i in range(4) if (network[i] ^ address[i]) & mask[i]]:
                return key
        for network, _, name, key in self.keys:
            if network is None and name.lower() == host.lower():
                return key
        return None

    def children(self) -> "tuple[ChildRequest, ...]":
        """What the peer may negotiate, and what we do."""
        return tuple(
            [
                ChildRequest(here, there, self.esp, self.pfs_group or 0, self.child_life_s, self.child_life_kb)
                for here, there in self.protects
            ]
        )
