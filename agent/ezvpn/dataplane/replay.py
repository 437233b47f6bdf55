"""The anti-replay window of one inbound SA (RFC 4303 3.4.3, Appendix A; the ring of RFC 6479).

Here: which sequence numbers were seen. Not here: who checks the ICV in between (`sa_table`).
`fresh` is asked before the ICV is computed, `mark` only after it verified: "The receive window is updated only if the ICV
verification succeeds" (RFC 4303 3.4.3).
"""

SMALLEST = 64  # RFC 4303 3.4.3: 32 MUST be supported, 64 is preferred
LARGEST = 1024


class ReplayWindow:
    """Remembers the last `size` numbers below the highest one. One bit a number in a ring of bytes, so that moving on
    clears bytes instead of shifting a long integer, and nothing is allocated for a packet."""

    __slots__ = ("size", "top", "ring", "_mask")

    def __init__(self, size: int = SMALLEST) -> None:
        """size: 64 to 1024 numbers; ValueError otherwise (our configuration, not a peer's fault)."""
        if size < SMALLEST or size > LARGEST:
            raise ValueError(f"anti-replay window {size} is not in {SMALLEST}-{LARGEST}")
        self.size = size
        self.top = 0
        # One byte more than the window, then up to a power of two: the byte that `top` is in is only partly used.
        ring = 16
        while ring * 8 < size + 8:
            ring *= 2
        self.ring = bytearray(ring)
        self._mask = ring - 1

    def fresh(self, sequence: int) -> bool:
        """Whether this number may still be accepted. Changes nothing."""
        if sequence > self.top:
            return True
        # "The first packet sent using a given SA will contain a sequence number of 1" (RFC 4303 2.2): 0 is never right.
        if sequence == 0 or sequence + self.size <= self.top:
            return False
        return not self.ring[(sequence >> 3) & self._mask] & (1 << (sequence & 7))

    def mark(self, sequence: int) -> None:
        """Note a number that `fresh` accepted and whose packet verified."""
        block = sequence >> 3
        ring = self.ring
        mask = self._mask
        if sequence > self.top:
            behind = self.top >> 3
            if block != behind:
                first = behind + 1
                if block - behind > mask:
                    first = block - mask
                while first <= block:
                    ring[first & mask] = 0
                    first += 1
            self.top = sequence
        ring[block & mask] |= 1 << (sequence & 7)
