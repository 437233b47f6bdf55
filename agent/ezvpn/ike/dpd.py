"""Dead peer detection, RFC 3706: who is watched, the messages and their numbers, and what is a sign of life.

When a probe is due, and when the peer is dead, is decided in `liveness`. An R-U-THERE that is authenticated and no repeat is
always answered with the same number (5.2: MUST respond); it is a sign of life only when its number is new (6.2).
"""

from ezvpn.ike.debug import FROM_TIMER
from ezvpn.ike.params import Attempt
from ezvpn.ike.sa import IsakmpSa
from ezvpn.ike.state import Refused
from ezvpn.wire.isakmp import Payload
from ezvpn.wire.notify import Notify, NotifyType, write_notify
from ezvpn.wire.sa import Protocol

DOI_IPSEC = 1
SEQUENCE_BYTES = 4
# 6.2: "The first sequence number … MUST be random … SHOULD clear the high-bit".
FIRST_NUMBER_MASK = 0x7FFFFFFF
NUMBER_MASK = 0xFFFFFFFF
# A strict peer loses count when a new number is lost, and another stops answering when it hears the same one over and over: so
# the first copies repeat the number, and each later one has a new one.
COPIES_OF_A_NUMBER = 3


class Scheme:
    """How a peer is watched."""

    DPD = "dpd"
    IOS = "ios"  # IOS keepalives: their format is not public, so they are named and never sent
    NONE = "none"


# (peer sent the DPD vendor ID, peer is IOS without it) -> scheme. RFC 3706 5.1: without the vendor ID there is no DPD.
_SCHEMES = {
    (True, False): Scheme.DPD,
    (True, True): Scheme.DPD,
    (False, True): Scheme.IOS,
    (False, False): Scheme.NONE,
}


def agreed(peer_dpd: bool, peer_ios: bool, easy_vpn: bool) -> str:
    """The scheme of one ISAKMP SA. "IOS keepalives are not supported for Easy VPN remote configurations" (IOS)."""
    return _SCHEMES[(peer_dpd, peer_ios and not easy_vpn)]


class Dpd:
    """Messages of one session. peer_sends: the peer sent the DPD vendor ID (5.1). peer_ios: it named itself IOS. sent: probes
    and repetitions. lost: those that nobody answered in time. rtt_ms: from the last answered one to its answer, or None."""

    def __init__(self, sa: IsakmpSa) -> None:
        self.sa = sa
        self.peer_sends = False
        self.peer_ios = False
        self.highest: "int | None" = None
        self.answered = 0
        self.sent = 0
        self.lost = 0
        self.rtt_ms: "int | None" = None
        self._number: "int | None" = None
        self._transmissions = 0  # of this probe
        self._outstanding: "dict[int, int]" = {}  # number -> when it was sent last

    def scheme(self) -> str:
        """How this peer is watched (`Scheme`)."""
        return agreed(self.peer_sends, self.peer_ios, isinstance(self.sa.attempt, Attempt))

    # --- the peer's probes ------------------------------------------------------------------------------------------

    def hello(self, notify: Notify, now: int) -> bool:
        """Answer an R-U-THERE. True if it is also a sign of life: its number is higher than any before."""
        number = self._number_in(notify)
        self.sa.lines.dpd("ISAKMP_DPD_PROBED", number)
        self._send(NotifyType.R_U_THERE_ACK, number, now)
        self.answered += 1
        if self.highest is not None and number <= self.highest:
            return False
        self.highest = number
        return True

    # --- our probes -------------------------------------------------------------------------------------------------

    def probe(self, again: bool, now: int) -> None:
        """Send an R-U-THERE under a new message ID. again: the last one was not answered."""
        if self._number is None:
            self._number = int.from_bytes(self.sa.core.random(SEQUENCE_BYTES), "big") & FIRST_NUMBER_MASK
        elif not again or self._transmissions >= COPIES_OF_A_NUMBER:
            # 6.2: "MUST increment the sequence number by one" for each new R-U-THERE.
            self._number = (self._number + 1) & NUMBER_MASK
        if not again:
            self._transmissions = 0
            self._outstanding = {}
        self._transmissions += 1
        self._outstanding[self._number] = now
        self.sent += 1
        self._send(NotifyType.R_U_THERE, self._number, now)
        self.sa.lines.turn(FROM_TIMER, "IKE_TIMER_PEERS_ALIVE" if again else "IKE_TIMER_IM_ALIVE")

    def ack(self, notify: Notify, now: int) -> None:
        """Take an R-U-THERE-ACK. `Refused` if its number is none that is outstanding (6.1: SHOULD reject)."""
        number = self._number_in(notify)
        sent = self._outstanding.get(number)
        if sent is None:
            raise Refused("dpd-number", "R-U-THERE-ACK with a number that nobody asked for")
        self.sa.lines.dpd("ISAKMP_DPD_ACK", number)
        self._outstanding = {}
        self.rtt_ms = now - sent

    def _number_in(self, notify: Notify) -> int:
        sa = self.sa
        # 6.1: both sides SHOULD check the SPI. An empty one is let pass (RFC 2408 3.14 has it ignored), a wrong one is not.
        if notify.spi and notify.spi != sa.initiator_cookie + sa.responder_cookie:
            raise Refused("dpd-cookies", "DPD message for another ISAKMP SA")
        if len(notify.data) != SEQUENCE_BYTES:
            raise Refused("dpd-number", "DPD message without a sequence number of 4 bytes")
        return int.from_bytes(notify.data, "big")

    def _send(self, type: int, number: int, now: int) -> None:
        sa = self.sa
        w, at = sa.begin_informational()
        w.begin(Payload.N)
        spi = sa.initiator_cookie + sa.responder_cookie
        write_notify(w, Notify(DOI_IPSEC, Protocol.ISAKMP, spi, type, number.to_bytes(SEQUENCE_BYTES, "big")))
        w.end()
        sa.send_informational(w, at, now)
