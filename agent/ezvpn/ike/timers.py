"""Fixed timer slots of one session: absolute boot-time milliseconds, None = stopped.

A scan of a few slots beats a heap and allocates nothing. Retransmission times live with their exchange (`exchange`),
lifetimes of children with the child (`child`); `Session.deadline` takes the minimum of all.
"""


class Slot:
    """One line each: what its expiry means."""

    WAIT = 0  # the gateway owes us the next step (XAUTH request, STATUS, credentials from the user)
    PHASE1_REKEY = 1  # the ISAKMP SA should be replaced
    PHASE1_LIFE = 2  # the ISAKMP SA ends
    NAT_KEEPALIVE = 3  # nothing was sent for a while and a NAT is on our side (RFC 3948 4)
    DPD_IDLE = 4  # nothing was heard for the keepalive interval
    DPD_REPLY = 5  # an R-U-THERE is unanswered
    FRAGMENTS = 6  # an incomplete fragmented message is given up
    SECRET = 7  # a step of a Diffie-Hellman is wanted (`secrets`)
    COUNT = 8


class Timers:
    """The slots of one session."""

    def __init__(self) -> None:
        self._at: "list[int | None]" = [None] * Slot.COUNT

    def set(self, slot: int, at: int) -> None:
        self._at[slot] = at

    def stop(self, slot: int) -> None:
        self._at[slot] = None

    def stop_all(self) -> None:
        for slot in range(Slot.COUNT):
            self._at[slot] = None

    def running(self, slot: int) -> bool:
        return self._at[slot] is not None

    def at(self, slot: int) -> "int | None":
        return self._at[slot]

    def take(self, slot: int, now: int) -> bool:
        """True once if the slot is due; it is stopped then."""
        at = self._at[slot]
        if at is None or now < at:
            return False
        self._at[slot] = None
        return True

    def next(self) -> "int | None":
        """The earliest slot, or None."""
        first = None
        for at in self._at:
            if at is not None and (first is None or at < first):
                first = at
        return first


def earlier(a: "int | None", b: "int | None") -> "int | None":
    """The earlier of two deadlines, None = never."""
    if a is None:
        return b
    if b is None or a < b:
        return a
    return b
