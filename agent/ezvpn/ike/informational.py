"""Informational exchanges: notifies and deletes, sent and received.

RFC 2408 3.14, 3.15, 5.14, 5.15; RFC 2409 5.7; RFC 2407 4.6.3. What comes here with a HASH has been verified; what comes
without one, before the ISAKMP SA stands, is a hint for a human and changes nothing.
"""

from ezvpn.ike.child import Child
from ezvpn.ike.debug import FROM_PEER, message_id_of
from ezvpn.ike.dpd import DOI_IPSEC, Dpd
from ezvpn.ike.liveness import Liveness
from ezvpn.ike.proposal import isakmp_life
from ezvpn.ike.quick_mode import adopt, write_refusal
from ezvpn.ike.sa import IsakmpSa
from ezvpn.wire.isakmp import Part, Payload
from ezvpn.wire.names import notify_name
from ezvpn.wire.notify import Delete, Notify, NotifyType, parse_delete, parse_notify, write_delete, write_notify
from ezvpn.wire.sa import Protocol

# RFC 2408 3.14.1: 1 - 16383 are errors.
LAST_ERROR = 16383
_IOS_KEEPALIVES = (NotifyType.IOS_KEEP_ALIVE_REQ, NotifyType.IOS_KEEP_ALIVE_ACK)
_UNREADABLE = (NotifyType.PAYLOAD_MALFORMED, NotifyType.INVALID_HASH_INFORMATION, NotifyType.INVALID_MESSAGE_ID)


class Informational:
    """Of one session."""

    def __init__(self, sa: IsakmpSa, dpd: Dpd, liveness: Liveness) -> None:
        self.sa = sa
        self.dpd = dpd
        self.liveness = liveness

    def process_hint(self, view: memoryview, parts: "list[Part]") -> None:
        """Unprotected, before phase 1 is over: tell it, believe nothing (RFC 2409 5.7). Deletes are not even told."""
        for part in parts:
            if part.type == Payload.N:
                notify = parse_notify(view, part.start, part.end)
                self.sa.lines.notify(notify.type, notify.protocol, 0)
                self.sa.hint(notify.type, notify_name(notify.type))

    def process(self, view: memoryview, parts: "list[Part]", now: int) -> None:
        """A protected message. Those of DPD are a sign of life only if their numbers are right, the others always."""
        dpd = False
        message_id = message_id_of(view)
        minor = "IKE_INFO_NOTIFY"
        for part in parts:
            if part.type == Payload.N:
                notify = parse_notify(view, part.start, part.end)
                self.sa.lines.notify(notify.type, notify.protocol, message_id)
                if notify.type == NotifyType.R_U_THERE:
                    dpd = True
                    if self.dpd.hello(notify, now):
                        self.liveness.hello(now)
                elif notify.type == NotifyType.R_U_THERE_ACK:
                    dpd = True
                    self.liveness.ack(notify, now)
                else:
                    self._notify(notify, now)
        if not dpd:
            self.liveness.heard(now)
        for part in parts:
            if part.type == Payload.D:
                minor = "IKE_INFO_DELETE"
                self._delete(parse_delete(view, part.start, part.end), now)
        self.sa.lines.done(message_id, "informational (in) state 1", now)
        self.sa.lines.turn(FROM_PEER, minor)

    def _notify(self, notify: Notify, now: int) -> None:
        sa = self.sa
        if notify.type in _IOS_KEEPALIVES:
            sa.hint(notify.type, notify_name(notify.type))  # their format is not public: named, not answered
        elif notify.type == NotifyType.INITIAL_CONTACT:
            sa.first_contact(now)
        elif notify.type == NotifyType.RESPONDER_LIFETIME:
            self._responder_lifetime(notify)
        elif notify.type <= LAST_ERROR:
            child = self._pending_child(notify)
            if child is not None:
                cause = "no-proposal" if notify.type == NotifyType.NO_PROPOSAL_CHOSEN else "refused"
                text = "gateway refused quick mode: " + notify_name(notify.type)
                sa.child_failed(child, cause, notify.type, text, now)
            else:
                sa.hint(notify.type, notify_name(notify.type))

    def _pending_child(self, notify: Notify) -> "Child | None":
        """Whom an error is about: the child whose SPI it names, else the one quick mode under way (there is one at most)."""
        pending = [child for child in self.sa.children if not child.up and child.spi_in]
        for child in pending:
            if child.spi_in.to_bytes(4, "big") == notify.spi:
                return child
        # A gateway that no longer knows the exchange of a repeated quick 3 can't decrypt it, and says so.
        if notify.type in _UNREADABLE and self.sa.repeats_unasked():
            return None
        return pending[0] if pending else None

    def _responder_lifetime(self, notify: Notify) -> None:
        if notify.protocol == Protocol.ISAKMP:
            self.sa.shorten_phase1(isakmp_life(notify.data))
        if notify.protocol != Protocol.ESP:
            return
        for child in self.sa.children:
            if notify.spi in (child.spi_out.to_bytes(4, "big"), child.spi_in.to_bytes(4, "big")):
                adopt(child, notify, self.sa.core.jitter())

    def _delete(self, delete: Delete, now: int) -> None:
        sa = self.sa
        if delete.protocol == Protocol.ISAKMP:
            for spi in delete.spis:
                if spi == sa.initiator_cookie + sa.responder_cookie:
                    sa.down("deleted-by-peer", "the gateway deleted the ISAKMP SA", now)
                    return
        elif delete.protocol == Protocol.ESP:
            for spi in delete.spis:
                number = int.from_bytes(spi, "big")
                for child in list(sa.children):
                    # The text says the sender's inbound SPI, that is our outbound; some peers name the other one.
                    if child.up and number in (child.spi_out, child.spi_in):
                        sa.child_down(child, "deleted by peer")

    # --- sending ----------------------------------------------------------------------------------------------------

    def send_delete_child(self, child: Child, now: int) -> None:
        """One Delete payload with one SPI a message: two have killed a real gateway."""
        self._send_delete(Delete(DOI_IPSEC, Protocol.ESP, 4, (child.spi_in.to_bytes(4, "big"),)), now)

    def send_delete_isakmp(self, now: int) -> None:
        sa = self.sa
        spi = sa.initiator_cookie + sa.responder_cookie
        self._send_delete(Delete(DOI_IPSEC, Protocol.ISAKMP, len(spi), (spi,)), now)

    def _send_delete(self, delete: Delete, now: int) -> None:
        w, at = self.sa.begin_informational()
        w.begin(Payload.D)
        write_delete(w, delete)
        w.end()
        self.sa.send_informational(w, at, now)

    def send_initial_contact(self, now: int) -> None:
        """RFC 2407 4.6.3.3, under the ISAKMP SA (4.6.3): a message of its own, never part of AM3, which authenticates nothing."""
        sa = self.sa
        w, at = sa.begin_informational()
        w.begin(Payload.N)
        spi = sa.initiator_cookie + sa.responder_cookie
        write_notify(w, Notify(DOI_IPSEC, Protocol.ISAKMP, spi, NotifyType.INITIAL_CONTACT, b""))
        w.end()
        sa.send_informational(w, at, now)

    def send_refusal(self, notify_type: int, spi: bytes, now: int) -> None:
        """Tell an authenticated peer why its quick mode is not answered."""
        w, at = self.sa.begin_informational()
        write_refusal(w, notify_type, spi)
        self.sa.send_informational(w, at, now)
