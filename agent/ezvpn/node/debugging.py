"""What `debug` does in a node: which lines are wanted, how many may be told, and the lines of `debug crypto ipsec`.

Level 4. Belongs here: the mask, the rate, SAs that come and go. Not here: the lines of IKE (`ike.debug`), words (`debug_words`).
The mask is tested before an argument is made. Never a key: of `ChildUp` only SPIs, addresses, transforms and lives are read.
"""

from ezvpn.compat import const
from ezvpn.ike.endpoint import Endpoint
from ezvpn.ike.events import ChildDown, ChildUp, Dropped, Event, Traced
from ezvpn.ike.params import Selector
from ezvpn.log import Debug, Ring
from ezvpn.wire.inet import ipv4_text

# A bucket of so many lines, filled by so many a second: a whole connection fits, a storm does not.
_BURST = const(400)
_PER_SECOND = const(40)
_PAIRS_MAX = const(256)

# Mnemonics of `log.CATALOG` that are told only while a bit is set.
_BITS = {"EZVPN_STATE": Debug.EZVPN, "IKE_DROPPED": Debug.ISAKMP}


class Debugging:
    """mask: bits of `log.Debug`, `Endpoint.trace` follows it. left_out: lines that the rate did not let pass."""

    def __init__(self, ring: Ring, endpoint: Endpoint) -> None:
        self._ring = ring
        self._endpoint = endpoint
        self.mask = 0
        self.left_out = 0
        self._untold = 0
        self._ends: "dict[int, tuple[str, str]]" = {}  # inbound SPI -> outer addresses, of pairs that were told of
        self._tokens = _BURST * 1000  # thousandths of a line
        self._filled = 0  # when

    def switch(self, mask: int) -> None:
        """From now on exactly these lines. What traces of tests want (`Debug.EXCHANGES`) stays as it is."""
        self.mask = mask
        if not mask & Debug.IPSEC:
            self._ends = {}
        self._endpoint.trace = (self._endpoint.trace & Debug.EXCHANGES) | mask

    def wants(self, mnemonic: str) -> bool:
        """Whether a debug line that is not IKE's own is to be told."""
        return self.mask & _BITS.get(mnemonic, 0) != 0

    def event(self, event: Event, local: "bytes | None", now: int) -> None:
        """An event of the core, handed on after everybody else had it. local: our outer address of its session."""
        if isinstance(event, Traced):
            self.tell(now, event.mnemonic, event.args)
        elif isinstance(event, Dropped):
            if self.wants("IKE_DROPPED"):
                self.tell(now, "IKE_DROPPED", (event.cause + ": " + event.text,))
        elif self.mask & Debug.IPSEC:
            if isinstance(event, ChildUp):
                self._created(event, local, now)
            elif isinstance(event, ChildDown):
                self._deleted(event, now)

    def tell(self, now: int, mnemonic: str, args: "tuple[object, ...]") -> None:
        """One line into the ring, if the rate allows it."""
        self._tokens = min(self._tokens + (now - self._filled) * _PER_SECOND, _BURST * 1000)
        self._filled = now
        if self._tokens < 1000:
            self.left_out += 1
            self._untold += 1
            return
        self._tokens -= 1000
        if self._untold:
            self._ring.add(now, "DEBUG_LEFT_OUT", self._untold)
            self._untold = 0
        self._ring.add(now, mnemonic, *args)

    def _deleted(self, event: ChildDown, now: int) -> None:
        here, there = self._ends.pop(event.spi_in, (_address(None), _address(None)))
        for address, spi in ((here, event.spi_in), (there, event.spi_out)):
            self.tell(now, "IPSEC_DELETED", (address, spi, spi, event.reason))

    def _created(self, event: ChildUp, local: "bytes | None", now: int) -> None:
        # Imported here: a device that nobody debugs does without the console's tables.
        from ezvpn.console.render import esp_words

        here, there = _address(local), ipv4_text(event.peer)
        if len(self._ends) < _PAIRS_MAX:
            self._ends[event.spi_in] = (here, there)
        proxies = (_proxy(event.local), _proxy(event.remote))
        trans = esp_words(event.transform)
        for side, spi in (("INBOUND", event.spi_in), ("OUTBOUND", event.spi_out)):
            self.tell(
                now, "IPSEC_PROXY", (side, here, there) + proxies + (trans, event.life_s, event.life_kb, spi, spi)
            )
        for address, spi in ((here, event.spi_in), (there, event.spi_out)):
            self.tell(now, "IPSEC_CREATED", (address, spi, spi, trans, event.child))


def _address(address: "bytes | None") -> str:
    return ipv4_text(address) if address else "0.0.0.0"


def _proxy(selector: Selector) -> str:
    """`10.0.0.0/255.255.255.0/0/0`: address, mask, protocol, port."""
    words = (ipv4_text(selector.address), ipv4_text(selector.mask), str(selector.protocol), str(selector.port))
    return "/".join(words)
