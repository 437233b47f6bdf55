"""Which peers may begin main mode with this device: the rules of all crypto map tunnels in one table.

Level 4. Belongs here: numbers of rules and whose they are. Not here: who may call (`tunnel.crypto_map`), bounds
(`ike.admission`).
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import MainAttempt, PeerRule
from ezvpn.tunnel.crypto_map import CryptoMap


class Callers:
    """Of one endpoint. The first tunnel in the order of the configuration that names an address gets its calls."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._known: "list[tuple[str, MainAttempt]]" = []

    def update(self, tunnels: "list[CryptoMap]") -> None:
        """Tell the core, if anything differs from what it was told."""
        wanted = [(tunnel.name, attempt) for tunnel in tunnels for attempt in tunnel.callers()]
        if wanted == self._known:
            return
        self._known = wanted
        self._endpoint.accept(tuple([PeerRule(i + 1, wanted[i][1]) for i in range(len(wanted))]))

    def name(self, rule: int) -> str:
        """The tunnel of a rule, "" for one that is no more."""
        return self._known[rule - 1][0] if 0 < rule <= len(self._known) else ""
