"""When to ask the peer whether it lives, and when it is dead: the timing of dead peer detection of one session.

RFC 3706 5; `crypto isakmp keepalive seconds [retry] [periodic | on-demand]` of IOS. The messages are in `dpd`.

    OFF      nobody is watched: no keepalive configured, or the peer has no DPD
    WATCHING the idle timer runs. Periodic: a probe each `seconds`, put off by an ACK or a hello only; another sign of life ends
             retries and leaves the beat as it was. On-demand: `seconds` since the last sign of life; then the data plane's
             counters are looked at once
    ASLEEP   on-demand, and nothing to send: no timer at all until the plane reports the first outbound packet
    PROBING  an R-U-THERE is out; each `retry` without an answer raises the error counter and repeats it, the fifth is the verdict

So a dead peer is noticed `seconds + 5 x retry` after its last sign of life at the latest. A sign of life is authenticated and
fresh: an IKE message under a new message ID, ESP past anti-replay, an R-U-THERE with a rising number, an ACK of one
that is outstanding.
"""

from ezvpn.ike.dpd import Dpd, Scheme
from ezvpn.ike.events import PeerAlive, PeerSilent, Watch
from ezvpn.ike.params import Keepalive
from ezvpn.ike.sa import IsakmpSa
from ezvpn.ike.timers import Slot
from ezvpn.wire.notify import Notify

# One probe and four retransmissions.
MISSES = 5


class Mode:
    OFF = "off"
    WATCHING = "watching"
    ASLEEP = "asleep"
    PROBING = "probing"


class Liveness:
    """missed: the error counter, 0 to `MISSES`. Methods that do nothing while `mode` is OFF may always be called."""

    def __init__(self, sa: IsakmpSa, dpd: Dpd, keepalive: "Keepalive | None") -> None:
        self.sa = sa
        self.dpd = dpd
        self.keepalive = keepalive
        self.mode = Mode.OFF
        self.missed = 0
        self._probed_at: "int | None" = None
        self._suspected = False  # the idle timer is set to a probe that a suspicion asked for
        self._beat_at = 0  # periodic: from here a probe is due each `seconds`
        self._life_at = 0  # the last sign of life that (re)started the idle timer

    def start(self, now: int) -> None:
        """The ISAKMP SA is ready for quick mode, or the settings changed: (re)arm, if there is anything to watch with."""
        self.stop()
        if self.keepalive is not None and self.dpd.scheme() == Scheme.DPD:
            self.sa.lines.watching()
            self._watch(now)

    def stop(self) -> None:
        self.mode = Mode.OFF
        self.missed = 0
        self.sa.timers.stop(Slot.DPD_IDLE)
        self.sa.timers.stop(Slot.DPD_REPLY)

    # --- signs of life ----------------------------------------------------------------------------------------------

    def heard(self, at: int) -> bool:
        """Fresh ESP, or an IKE message other than of DPD, came in at `at` (ms). False: before what is known already, and the
        timers stay."""
        if self.mode == Mode.OFF or at < self._life_at:
            return False
        if self.mode == Mode.PROBING:
            self._alive(None)
            self._watch(at, True)
        elif self.keepalive is not None and not self.keepalive.periodic:
            if at == self._life_at:
                return False
            self._watch(at)
        return True

    def hello(self, now: int) -> None:
        """The peer's own R-U-THERE with a rising number: "a hello goes out every N s unless one was received from the peer"."""
        if self.mode == Mode.OFF:
            return
        if self.mode == Mode.PROBING:
            self._alive(None)
        self._watch(now)

    def ack(self, notify: Notify, now: int) -> None:
        """An R-U-THERE-ACK. `Refused` if it answers nothing."""
        self.dpd.ack(notify, now)
        if self.mode == Mode.OFF:
            return
        self._alive(self.dpd.rtt_ms)
        self._watch(now)

    # --- commands ---------------------------------------------------------------------------------------------------

    def configure(self, keepalive: "Keepalive | None", now: int) -> None:
        """Other settings: the timers of the live SA start again."""
        self.keepalive = keepalive
        if self.sa.is_up():
            self.start(now)

    def probe_now(self, now: int) -> bool:
        """Something looks wrong (ICMP unreachable, a link went down): ask at once. It is no verdict. Anybody can send ICMP, so no
        more often than a retry: the next one waits for its time. False: nobody is watched, so nothing will come of it."""
        keepalive = self.keepalive
        if keepalive is None or self.mode == Mode.OFF:
            return False
        if self.mode == Mode.PROBING:
            return True
        at = now if self._probed_at is None else self._probed_at + keepalive.retry * 1000
        if at <= now:
            self._probe(now)
            return True
        due = self.sa.timers.at(Slot.DPD_IDLE)
        if due is None or at < due:
            self.mode = Mode.WATCHING
            self._suspected = True
            self.sa.timers.set(Slot.DPD_IDLE, at)
        return True

    def note_outbound(self, now: int) -> None:
        """The plane sent a packet after the silence: on-demand has a reason to ask."""
        if self.mode == Mode.ASLEEP:
            self._probe(now)

    # --- time -------------------------------------------------------------------------------------------------------

    def timeout(self, now: int) -> None:
        timers = self.sa.timers
        keepalive = self.keepalive
        if keepalive is None:
            return
        if timers.take(Slot.DPD_IDLE, now):
            if keepalive.periodic or self._suspected:
                self._probe(now)
            else:
                self.mode = Mode.ASLEEP
                self.sa.core.emit(Watch(self.sa.id, "counters"))
        due = timers.at(Slot.DPD_REPLY)
        if due is not None and timers.take(Slot.DPD_REPLY, now):
            self._missed(due, keepalive.retry * 1000, now)

    def _missed(self, due: int, retry_ms: int, now: int) -> None:
        self.missed += 1
        self.dpd.lost += 1
        self.sa.lines.missed(self.missed >= MISSES, now)
        self.sa.core.emit(PeerSilent(self.sa.id, self.missed))
        if self.missed >= MISSES:
            self.stop()
            self.sa.peer_dead(now)
            return
        self._probed_at = now
        self.dpd.probe(True, now)
        # Counted from when it was due, so that lateness does not add up; after a long sleep from now.
        self.sa.timers.set(Slot.DPD_REPLY, due + retry_ms if now < due + retry_ms else now + retry_ms)

    def _probe(self, now: int) -> None:
        keepalive = self.keepalive
        if keepalive is None:
            return
        self.mode = Mode.PROBING
        self.missed = 0
        self._suspected = False
        self._probed_at = now
        self._beat_at = now
        self.sa.timers.stop(Slot.DPD_IDLE)
        self.dpd.probe(False, now)
        self.sa.timers.set(Slot.DPD_REPLY, now + keepalive.retry * 1000)
        self.sa.core.emit(Watch(self.sa.id, "first-inbound"))

    def _watch(self, at: int, on_beat: bool = False) -> None:
        """WATCHING, the idle timer counted from `at`. on_beat: periodic probes go on as if there had been no retries."""
        keepalive = self.keepalive
        if keepalive is None:
            return
        self.mode = Mode.WATCHING
        self._suspected = False
        self._life_at = at
        self.sa.timers.stop(Slot.DPD_REPLY)
        interval = keepalive.seconds * 1000
        if on_beat and keepalive.periodic:
            at -= (at - self._beat_at) % interval
        self.sa.timers.set(Slot.DPD_IDLE, at + interval)

    def _alive(self, rtt_ms: "int | None") -> None:
        if rtt_ms is not None or self.missed:
            self.sa.core.emit(PeerAlive(self.sa.id, self.missed > 0, rtt_ms))
        self.missed = 0
