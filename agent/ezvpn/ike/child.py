"""A pair of ESP SAs made by one quick mode, with its lifetimes.

RFC 2409 5.5, RFC 2407 4.5 (lives). The keys are not here: they leave in `events.ChildUp` and are forgotten.
"""

from ezvpn.ike.params import ChildRequest, EspTransform, Selector

# Start a renewal at 80 to 90 % of the life: late enough to be rare, early enough to be done before the peer's own limit.
REKEY_FROM_PERCENT = 80
REKEY_SPREAD_PERCENT = 10
# A life below these would make us renew all day. They are below what any configuration asks for.
SHORTEST_LIFE_S = 60
# How long a renewed pair still takes packets that were on their way.
RETIRED_MS = 30000
# The Delete goes out so long before a retired pair is removed: until the peer has it, it may still send under the pair.
DELETED_MS = 2000
# Two ends that renew a pair at the same time know of each other's quick mode within the time in which one is given up.
TWINS_MS = 15000
SHORTEST_LIFE_KB = 2560


class Child:
    """One pair. id: number within the session. spi_in is ours, spi_out the peer's; both ints, 0 until known. ours: we began its
    quick mode."""

    def __init__(self, id: int, request: ChildRequest, replaces: int, ours: bool = True) -> None:
        self.id = id
        self.request = request
        self.replaces = replaces
        self.ours = ours
        self.spi_in = 0
        self.spi_out = 0
        self.transform: "EspTransform | None" = None
        self.local: Selector = request.local
        self.remote: Selector = request.remote
        self.up = False
        self.retired = False
        self.started = 0
        self.life_s = request.life_s
        self.life_kb = request.life_kb
        self.rekey_at: "int | None" = None
        self.expire_at: "int | None" = None
        self.delete_at: "int | None" = None  # of a retired pair

    def live(self, now: int, jitter: int) -> None:
        """The pair stands from `now` on: arm its lives. jitter: 0..255 from entropy."""
        self.up = True
        self.started = now
        self.arm(jitter)

    def arm(self, jitter: int) -> None:
        """(Re)compute both times from `started` and `life_s`; 0 = no limit. A retired pair keeps its end."""
        if self.retired:
            return
        if not self.life_s:
            self.rekey_at = self.expire_at = None
            return
        self.rekey_at = self.started + rekey_after_ms(self.life_s, jitter)
        self.expire_at = self.started + self.life_s * 1000

    def shorten(self, life_s: int, jitter: int) -> bool:
        """RESPONDER-LIFETIME (RFC 2407 4.6.3.1): only a shorter life is adopted, and not below a floor. True if adopted."""
        life_s = max(life_s, SHORTEST_LIFE_S)
        if self.life_s and life_s >= self.life_s:
            return False
        self.life_s = life_s
        if self.up:
            self.arm(jitter)
        return True

    def shorten_volume(self, life_kb: int) -> None:
        """The same for the volume life."""
        if life_kb:
            life_kb = max(life_kb, SHORTEST_LIFE_KB)
            self.life_kb = min(self.life_kb or life_kb, life_kb)

    def retire(self, now: int) -> None:
        """Its successor stands: no renewal any more; what is under way to it may still arrive, then it is deleted."""
        self.retired = True
        self.rekey_at = None
        end = now + RETIRED_MS
        if self.expire_at is not None and self.expire_at < end:
            end = self.expire_at
        self.expire_at = end
        self.delete_at = max(end - DELETED_MS, now)

    def due(self) -> "int | None":
        first = self.rekey_at
        for at in (self.delete_at, self.expire_at):
            if at is not None and (first is None or at < first):
                first = at
        return first

    def rivals(self, other: "Child") -> bool:
        """Whether both are for the same networks, so that one of them is too many."""
        return self.local == other.local and self.remote == other.remote

    def yields(self, other: "Child") -> bool:
        """Whether this one, which has just come up, is the one to go: hardly ever. But when both ends renewed a pair at the same
        time, each may have seen another one come up first: then the one whose larger SPI is the smaller goes, which both know."""
        if self.ours == other.ours or not other.replaces or self.started - other.started > TWINS_MS:
            return False
        return max(self.spi_in, self.spi_out) < max(other.spi_in, other.spi_out)


def rekey_after_ms(life_s: int, jitter: int) -> int:
    """80-90 % of a life, in ms; jitter 0..255."""
    percent = REKEY_FROM_PERCENT * 256 + REKEY_SPREAD_PERCENT * jitter
    return life_s * 1000 * percent // (100 * 256)
