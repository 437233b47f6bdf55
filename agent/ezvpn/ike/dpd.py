"""Dead peer detection, RFC 3706: the messages, and answering the peer's probes.

An R-U-THERE that is authenticated and no repeat is always answered with the same number (5.2: MUST respond); it is a sign
of life only when its number is new (6.2). Sending probes of our own is not here yet; their timer slots are reserved.
"""

from ezvpn.ike.sa import IsakmpSa
from ezvpn.wire.isakmp import Payload
from ezvpn.wire.notify import Notify, NotifyType, write_notify
from ezvpn.wire.sa import Protocol

DOI_IPSEC = 1
SEQUENCE_BYTES = 4


class Dpd:
    """Of one session. peer_sends: the peer sent the DPD vendor ID (5.1)."""

    def __init__(self, sa: IsakmpSa) -> None:
        self.sa = sa
        self.peer_sends = False
        self.highest: "int | None" = None
        self.answered = 0
        self.last_inbound = 0

    def note_inbound(self, now: int) -> None:
        """Authenticated, fresh ESP came in."""
        self.last_inbound = now

    def process(self, notify: Notify, now: int) -> bool:
        """Answer an R-U-THERE. True if it is also a sign of life: its number is higher than any before."""
        sa = self.sa
        # 6.1: both sides SHOULD check the SPI. An empty one is let pass (RFC 2408 3.14 has it ignored), a wrong one is not.
        if notify.spi and notify.spi != sa.initiator_cookie + sa.responder_cookie:
            return False
        if len(notify.data) != SEQUENCE_BYTES:
            return False
        number = int.from_bytes(notify.data, "big")
        self._send(NotifyType.R_U_THERE_ACK, number, now)
        self.answered += 1
        if self.highest is not None and number <= self.highest:
            return False
        self.highest = number
        return True

    def _send(self, type: int, number: int, now: int) -> None:
        sa = self.sa
        w, at = sa.begin_informational()
        w.begin(Payload.N)
        spi = sa.initiator_cookie + sa.responder_cookie
        write_notify(w, Notify(DOI_IPSEC, Protocol.ISAKMP, spi, type, number.to_bytes(SEQUENCE_BYTES, "big")))
        w.end()
        sa.send_informational(w, at, now)
