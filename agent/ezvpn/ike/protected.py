"""An ISAKMP SA that stands: protected messages in, quick modes and their children, repetition in time.

Both roles use it: `session.Session` is the initiator with a gateway, the practice gateway's session its opposite. The order of
checks is RFC 2408 5 as `wire` and `state` have it: repeat of a known message, decrypt with a copy of the IV, payload chain,
HASH, state; only then are IV, message ID and reply kept.
"""

from ezvpn.ike.child import Child
from ezvpn.ike.core import Core
from ezvpn.ike.dpd import Dpd
from ezvpn.ike.events import ChildDown, ChildFailed, Rekey
from ezvpn.ike.exchange import Exchange
from ezvpn.ike.informational import Informational
from ezvpn.ike.liveness import Liveness
from ezvpn.ike.params import Attempt, ChildRequest
from ezvpn.ike.quick_mode import QuickInitiator, QuickResponder
from ezvpn.ike.sa import IsakmpSa
from ezvpn.ike.state import Refused, State, check
from ezvpn.ike.timers import earlier
from ezvpn.wire.isakmp import HEADER_BYTES, Header, Part, parse_chain
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.notify import NotifyType

RULE_OF = {
    ExchangeType.INFORMATIONAL: "informational",
    ExchangeType.TRANSACTION: "transaction",
    ExchangeType.QUICK: "quick",
}


# A gateway that renews without end must not fill the memory: pairs of one session, and those of them still under way.
# Fewer of these than `sa.EXCHANGES_MAX`, so that none loses its exchange and waits for ever.
CHILDREN_MAX = 160
PENDING_MAX = 8


class ProtectedSa(IsakmpSa):
    """Adds to `IsakmpSa` what happens under the protection of phase 1. Roles fill in `heard`, `transaction`, `renewable`
    and `gave_up`."""

    def __init__(self, id: int, core: Core, attempt: Attempt) -> None:
        super().__init__(id, core, attempt)
        self.dpd = Dpd(self)
        self.liveness = Liveness(self, self.dpd, attempt.keepalive)
        self.informational = Informational(self, self.dpd, self.liveness)
        self._next_child = 1
        self._waiting_children: "list[Child]" = []

    # --- what a role adds -------------------------------------------------------------------------------------------

    def heard(self, now: int, source: "tuple[int, bytes, int]") -> None:
        """A new, authenticated message came from `source`."""
        raise NotImplementedError

    def transaction(self, exchange: Exchange, clear: memoryview, parts: "list[Part]", now: int) -> None:
        """A transaction exchange's message, verified."""
        raise NotImplementedError

    def renewable(self) -> "list[Child]":
        """What the peer may start a quick mode for: the pair (by its id) that the new one replaces, and the request to hold it
        against."""
        raise NotImplementedError

    def gave_up(self, exchange: Exchange, now: int) -> None:
        """A request other than quick mode's was never answered."""
        raise NotImplementedError

    def peer_dead(self, now: int) -> None:
        self.lines.ending("peer-dead", now)
        # One ISAKMP delete, in case it lives after all; ESP deletes would need answers from a peer that gives none.
        self.informational.send_delete_isakmp(now)
        self.down("peer-dead", "the gateway does not answer: dead peer detection gave it up", now)

    # --- receiving --------------------------------------------------------------------------------------------------

    def repeat(self, exchange: Exchange, now: int) -> None:
        """The peer did not get our last message: the same bytes again, and nothing is processed twice."""
        packet = exchange.repeated()
        self.lines.repeated(exchange.message_id)
        if packet:
            self.queue(packet, now)
            self.traced(True, exchange.kind, exchange.message_id, (), len(packet), True)

    def receive_protected(self, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]") -> None:
        protection = self.sealed()
        # 0 is the message ID of phase 1 and of nothing else (RFC 2408 3.1).
        if not header.message_id:
            raise Refused("state", "message ID 0 after phase 1")
        digest = self.core.crypto.hash("sha1", view)
        exchange = self.exchange(header.message_id)
        if exchange is not None and exchange.received == digest:
            self.repeat(exchange, now)
            return
        if exchange is None and self.seen(header.message_id):
            raise Refused("replay", "message ID was used before")
        if exchange is not None and exchange.kind != header.exchange:
            raise Refused("state", "message ID belongs to another exchange")
        new = exchange is None
        if exchange is None:
            exchange = Exchange(header.exchange, header.message_id, protection.first_iv(header.message_id), now, None)
        plain, next_iv = protection.open(view, header, exchange.iv)
        clear = memoryview(plain)
        parts, end = parse_chain(clear, HEADER_BYTES, len(clear), header.next_payload)
        self._verify(exchange, clear, parts, end)
        # Authenticated from here on: the chain moves, the peer lives.
        exchange.answered(digest, next_iv, now)
        if self.core.trace:
            self.traced_in(header.exchange, header.message_id, parts, len(view))
            if new:
                self.lines.new_node(header.message_id, now)
            self.lines.payloads(parts, header.message_id)
        self.heard(now, source)
        if header.exchange == ExchangeType.INFORMATIONAL:
            self.mark_seen(header.message_id)
            self.informational.process(clear, parts, now)
            return
        self.liveness.heard(now)
        if new:
            self.keep(exchange)
        if header.exchange == ExchangeType.TRANSACTION:
            self.transaction(exchange, clear, parts, now)
        else:
            self._quick(exchange, clear, parts, now)

    def _verify(self, exchange: Exchange, clear: memoryview, parts: "list[Part]", end: int) -> None:
        """Payload rule and HASH of a decrypted message."""
        task = exchange.task
        if isinstance(task, (QuickInitiator, QuickResponder)):
            task.verify(clear, parts, end)
            return
        check(RULE_OF[exchange.kind], parts)
        found = clear[parts[0].start : parts[0].end]
        self.sealed().verify_rest(found, exchange.message_id, clear[parts[0].end : end])

    def _quick(self, exchange: Exchange, clear: memoryview, parts: "list[Part]", now: int) -> None:
        task = exchange.task
        if isinstance(task, (QuickInitiator, QuickResponder)):
            task.process(clear, parts, now)
            return
        # The peer starts one: only for what this role expects.
        pending = [child for child in self.children if not child.up]
        if len(pending) >= PENDING_MAX or len(self.children) >= CHILDREN_MAX:
            raise Refused("flood", "too many pairs")
        refusal: "Refused | None" = None
        for old in self.renewable():
            responder = QuickResponder(self, exchange, old, self._next_child)
            try:
                responder.answer(clear, parts, now)
            except Refused as fault:
                responder.wipe()
                # Of several lines the one that fits the networks says what is wrong.
                if refusal is None or fault.cause != "identity":
                    refusal = fault
                continue
            self._next_child += 1
            exchange.task = responder
            self.children.append(responder.child)
            return
        notify = NotifyType.INVALID_ID_INFORMATION
        if refusal is not None and refusal.cause == "no-proposal":
            notify = NotifyType.NO_PROPOSAL_CHOSEN
        self.informational.send_refusal(notify, b"", now)
        raise refusal or Refused("identity", "quick mode for no pair of ours")

    # --- children ---------------------------------------------------------------------------------------------------

    def open_child(self, request: ChildRequest, replaces: int, now: int) -> int:
        """Start a quick mode, or queue it: one at a time, so that an error of the peer is about that one."""
        child = Child(self._next_child, request, replaces)
        self._next_child += 1
        self._waiting_children.append(child)
        self.start_waiting(now)
        return child.id

    def child_up(self, child: Child, now: int) -> None:
        child.live(now, self.core.jitter())
        for other in self.children:
            if other is child or not other.up:
                continue
            if child.rivals(other) and not child.replaces:
                child.replaces = other.id
            if other.retired:
                continue
            if child.rivals(other) and child.yields(other):
                child.retire(now)
            elif other.id == child.replaces or child.rivals(other):
                other.retire(now)
        self.start_waiting(now)

    def retire_children(self, now: int, ids: "list[int] | None" = None) -> None:
        """Pairs under a newer ISAKMP SA stand in for all of these, or for some: no renewal any more, and an end soon."""
        for child in self.children:
            if child.up and not child.retired and (ids is None or child.id in ids):
                child.retire(now)

    def child_failed(self, child: Child, cause: str, notify: int, text: str, now: int) -> None:
        if child in self.children:
            self.children.remove(child)
        self.core.free_spi(child.spi_in)
        for exchange in list(self.exchanges):
            task = exchange.task
            if isinstance(task, (QuickInitiator, QuickResponder)) and task.child is child:
                task.finished = True
                task.wipe()
                exchange.waiting = False
        self.core.emit(ChildFailed(self.id, child.id, cause, notify, text))
        self.start_waiting(now)

    def child_down(self, child: Child, reason: str) -> None:
        if child in self.children:
            self.children.remove(child)
        self.core.free_spi(child.spi_in)
        self.quick3_arrived(child.spi_in)  # or it doesn't matter any more
        self.core.emit(ChildDown(self.id, child.id, child.spi_in, child.spi_out, reason))

    def quick3_arrived(self, spi_in: int) -> None:
        """The peer uses the pair with this SPI of ours, so it has quick 3."""
        for exchange in self.exchanges:
            task = exchange.task
            if exchange.last and isinstance(task, QuickInitiator) and task.child.spi_in == spi_in:
                exchange.arrived()

    def close_child(self, id: int, reason: str, now: int) -> None:
        for child in list(self.children):
            if child.id == id:
                if child.up:
                    self.informational.send_delete_child(child, now)
                    self.child_down(child, reason)
                else:
                    self.child_failed(child, "closed", 0, "given up", now)
        for child in list(self._waiting_children):
            if child.id == id:
                self._waiting_children.remove(child)
                self.core.emit(ChildFailed(self.id, child.id, "closed", 0, "given up"))

    def forget_children(self) -> None:
        """In silence: free what they hold, zero what is secret in quick modes under way."""
        for child in self.children:
            self.core.free_spi(child.spi_in)
        self.children = []
        self._waiting_children = []
        for exchange in self.exchanges:
            if isinstance(exchange.task, (QuickInitiator, QuickResponder)):
                exchange.task.wipe()

    def start_waiting(self, now: int) -> None:
        if self.state != State.UP or not self._waiting_children:
            return
        for child in self.children:
            if not child.up:
                return
        child = self._waiting_children.pop(0)
        self.children.append(child)
        QuickInitiator(self, child).start(now)

    # --- time -------------------------------------------------------------------------------------------------------

    def deadline(self) -> "int | None":
        # Asked after each datagram: nothing is called here that need not be.
        first = self.timers.next()
        for exchange in self.exchanges:
            if exchange.waiting:
                first = earlier(first, exchange.due())
        for child in self.children:
            for at in (child.rekey_at, child.delete_at, child.expire_at):
                if at is not None and (first is None or at < first):
                    first = at
        return first

    def exchanges_due(self, now: int) -> None:
        """A step of a Diffie-Hellman; repeat or give up what is unanswered; forget what nobody repeats any more."""
        self.secrets.timeout(now)
        if not self.exchanges:
            return
        for exchange in list(self.exchanges):
            due = exchange.due()
            if due is not None and now >= due and self.state != State.DEAD:
                self._exchange_due(exchange, now)
        self.forget_idle(now)

    def children_due(self, now: int) -> None:
        """Lifetimes of the children."""
        for child in list(self.children):
            due = child.due()
            if due is not None and due <= now and self.state != State.DEAD:
                self._child_due(child, now)

    def _exchange_due(self, exchange: Exchange, now: int) -> None:
        packet = exchange.expire(now)
        if packet is not None:
            self.lines.resending(exchange.message_id)
            self.queue(packet, now)
            self.traced(True, exchange.kind, exchange.message_id, (), len(packet), True)
            return
        if exchange.last:
            return
        task = exchange.task
        if isinstance(task, (QuickInitiator, QuickResponder)):
            self.child_failed(task.child, "no-answer", 0, "the gateway does not answer quick mode", now)
        else:
            self.gave_up(exchange, now)

    def _child_due(self, child: Child, now: int) -> None:
        if child.rekey_at is not None and now >= child.rekey_at:
            child.rekey_at = None
            self.core.emit(Rekey(self.id, "child", child.id))
        if child.delete_at is not None and now >= child.delete_at:
            child.delete_at = None
            self.informational.send_delete_child(child, now)
        if child.expire_at is not None and now >= child.expire_at:
            child.expire_at = None
            if not child.retired:
                self.informational.send_delete_child(child, now)
            self.child_down(child, "replaced" if child.retired else "lifetime")
