"""What all sessions of one endpoint share: crypto, entropy, one scratch buffer, the event queue, counters, spare DH pairs.

No protocol here. Everything is bounded: events (oldest `Dropped` and `Exchanged` go first, then nothing new is queued and
`lost_events` counts), at most one spare DH pair per group.
"""

from ezvpn.crypto.dh import KeyPair, Making
from ezvpn.crypto.port import Crypto
from ezvpn.ike.events import Dropped, Event, Traced

# Events of this kind that may wait at once: debugging must not push out what the tunnel lives on. One datagram may bring
# sixty lines of `debug`.
NOISE_MAX = 192
EVENTS_MAX = 256 + NOISE_MAX
SCRATCH_BYTES = 4096


class Core:
    """entropy(n) -> n bytes nobody can guess; `entropy.secret(n)`, where it has that, the ones that nobody may learn."""

    def __init__(self, crypto: Crypto, entropy: "object") -> None:
        self.crypto = crypto
        self._entropy = entropy
        self._secret_entropy = getattr(entropy, "secret", entropy)
        self.scratch = bytearray(SCRATCH_BYTES)
        self.trace = 0  # bits of log.Debug
        self.dropped: "dict[str, int]" = {}
        self.lost_events = 0
        self._events: "list[Event]" = []
        self._noise = 0
        self._untold = 0  # lines of `debug` that found no room
        self._last_drop: "dict[str, int]" = {}
        self._pairs: "dict[int, KeyPair]" = {}
        self._making: "dict[int, Making]" = {}
        self._spis: "list[int]" = []

    def random(self, count: int) -> bytes:
        """Bytes that go out on the wire or into a timer: cookies, nonces, message IDs, SPIs, jitter."""
        data: bytes = self._entropy(count)  # type: ignore[operator]
        return data

    def secret_random(self, count: int) -> bytes:
        """Bytes that never leave this process: DH exponents. A flight recorder sees the difference."""
        data: bytes = self._secret_entropy(count)  # type: ignore[operator]
        return data

    def jitter(self) -> int:
        """0 .. 255."""
        return self.random(1)[0]

    # --- events ---------------------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Queue what the tunnel must know."""
        if len(self._events) >= EVENTS_MAX:
            self.lost_events += 1
            return
        self._events.append(event)

    def emit_noise(self, event: Event) -> None:
        """Queue what is only of interest to a human: bounded on its own."""
        if self._noise >= NOISE_MAX:
            self.lost_events += 1
            self._untold += isinstance(event, Traced)
            return
        self._noise += 1
        self.emit(event)

    def event(self) -> "Event | None":
        if not self._events:
            self._noise = 0
            if not self._untold:
                return None
            self.emit_noise(Traced(0, "DEBUG_LEFT_OUT", (self._untold,)))
            self._untold = 0
        return self._events.pop(0)

    def drop(self, session: int, cause: str, text: str, now: int) -> None:
        """Count a datagram that was thrown away; tell at most once per cause and second."""
        self.dropped[cause] = self.dropped.get(cause, 0) + 1
        last = self._last_drop.get(cause)
        if last is None or now - last >= 1000:
            self._last_drop[cause] = now
            self.emit_noise(Dropped(session, cause, text))

    # --- Diffie-Hellman pairs and SPIs ------------------------------------------------------------------------------

    def prepare(self, group: int) -> bool:
        """Begin a spare pair for a group, unless there is one or it is under way. True: it is there."""
        if group not in self._pairs and group not in self._making:
            self._making[group] = Making(self.crypto, self.secret_random, group)
        return self.prepare_on(group)

    def prepare_on(self, group: int) -> bool:
        """One more step of what was begun. It never begins anything: in how many steps a pair is made is the backend's own, and
        a replay must draw the same random bytes. True: nothing is under way any more."""
        making = self._making.get(group)
        if making is None:
            return True
        pair = making.step()
        if pair is None:
            return False
        del self._making[group]
        self._pairs[group] = pair
        return True

    def take_pair(self, group: int) -> KeyPair:
        """A fresh pair: the spare one, one that is under way, else a new one (RFC 2409 10: a new exponent for each exchange)."""
        pair = self._pairs.pop(group, None)
        if pair is not None:
            return pair
        making = self._making.pop(group, None)
        return (making if making is not None else Making(self.crypto, self.secret_random, group)).finish()

    def new_spi(self) -> int:
        """Random, above the reserved 0..255 (RFC 4303 2.1), unique among our inbound SAs."""
        while True:
            spi = int.from_bytes(self.random(4), "big")
            if spi > 255 and spi not in self._spis:
                self._spis.append(spi)
                return spi

    def free_spi(self, spi: int) -> None:
        if spi in self._spis:
            self._spis.remove(spi)
