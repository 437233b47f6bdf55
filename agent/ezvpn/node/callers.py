"""Which peers may begin main mode with this device: the rules of all crypto map tunnels in one table.

Level 4. Belongs here: numbers of rules and whose they are. Not here: who may call (`tunnel.crypto_map`), bounds
(`ike.admission`).
"""

from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.params import MainAttempt, PeerRule
from ezvpn.tunnel.crypto_map import CryptoMap


class Callers:
    """Of one endpoint. One rule for each address, with the lines of all tunnels that name it, in the order of the
    configuration; its calls are for all of them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._known: "list[tuple[list[str], MainAttempt]]" = []

    def update(self, tunnels: "list[CryptoMap]") -> None:
        """Tell the core, if anything differs from what it was told."""
        wanted: "list[tuple[list[str], MainAttempt]]" = []
        for tunnel in tunnels:
            for attempt in tunnel.callers():
                _add(wanted, tunnel.name, attempt)
        if wanted == self._known:
            return
        self._known = wanted
        self._endpoint.accept(tuple([PeerRule(i + 1, wanted[i][1]) for i in range(len(wanted))]))

    def names(self, rule: int) -> "list[str]":
        """The tunnels of a rule, none for one that is no more."""
        return self._known[rule - 1][0] if 0 < rule <= len(self._known) else []


def _add(known: "list[tuple[list[str], MainAttempt]]", name: str, attempt: MainAttempt) -> None:
    for names, first in known:
        if first.peer == attempt.peer:
            names.append(name)
            first.children = first.children + tuple([each for each in attempt.children if each not in first.children])
            return
    known.append(([name], attempt))
