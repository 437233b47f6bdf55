"""How long to wait before the next try: doubling with jitter, reset by success.

Belongs here: the arithmetic. Not here: what ends a wait early (`easy_vpn`). Time is int ms; randomness is injected.
"""


class Backoff:
    """Waits `first` ms, then twice that, up to `longest`, each ± `jitter` percent.

    entropy(n) -> n random bytes. `tries` counts waits since the last `reset`.
    """

    def __init__(self, entropy: object, first: int, longest: int, jitter: int) -> None:
        self._entropy = entropy
        self.first = first
        self.longest = longest
        self.jitter = jitter
        self.tries = 0
        self._base = first

    def next(self) -> int:
        """ms to wait now; the following wait is longer."""
        base = self._base
        self.tries += 1
        self._base = min(self._base * 2, self.longest)
        if not self.jitter:
            return base
        spread = base * self.jitter // 100
        raw: bytes = self._entropy(3)  # type: ignore[operator]
        number = raw[0] << 16 | raw[1] << 8 | raw[2]
        return base - spread + number * (2 * spread) // 0xFFFFFF

    def reset(self) -> None:
        self._base = self.first
        self.tries = 0
