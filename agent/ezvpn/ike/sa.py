"""One ISAKMP SA as the exchange files see it: cookies, keys, path, exchanges under way, children, and how to send.

`session.Session` adds what an initiator does with it: receiving, states, lifetimes. What goes out is queued here and
fetched by `Endpoint.transmit`; the marker of port 4500 and the address are added there, so that a message kept for
repetition follows the path when it moves (RFC 3947 4).
"""

from ezvpn.ike import keys, natt, selectors
from ezvpn.ike.child import Child
from ezvpn.ike.core import Core
from ezvpn.ike.debug import DebugLines
from ezvpn.ike.events import Exchanged, Hint, Traced
from ezvpn.ike.exchange import LINGER_MS, Exchange, Protection
from ezvpn.ike.natt import UNKNOWN_ADDRESS, NatT
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT, Attempt, ChildRequest, ModeConfig, Selector
from ezvpn.ike.secrets import Secrets
from ezvpn.ike.state import SHOWN, State
from ezvpn.ike.timers import Timers
from ezvpn.log import Debug
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.isakmp import MessageWriter, Part

COOKIE_BYTES = 8
NO_COOKIE = b"\0" * COOKIE_BYTES
QUEUE_MAX = 16
EXCHANGES_MAX = 24
# Message IDs of finished exchanges: "seen before" is all that tells a replayed informational from a new one. Those of quick
# modes and transactions have a list of their own, since DPD would soon push them out of the other.
SEEN_MAX = 256


class IsakmpSa:
    """Shared by all exchange files of one session. Methods that raise NotImplementedError are `Session`'s."""

    def __init__(self, id: int, core: Core, attempt: Attempt) -> None:
        self.id = id
        self.core = core
        self.attempt = attempt
        self.initiator = True  # of phase 1
        self.initiator_cookie = core.random(COOKIE_BYTES)
        self.responder_cookie = NO_COOKIE
        self.state = State.AM1_SENT
        self.protection: "Protection | None" = None
        self.timers = Timers()
        self.secrets = Secrets(core, self.timers)
        self.natt = NatT()
        self.lines = DebugLines(self)
        self.socket = SOCKET_NATT if attempt.force_natt else SOCKET_IKE
        self.peer = attempt.peer
        self.peer_port = 4500 if attempt.force_natt else 500
        self.exchanges: "list[Exchange]" = []
        self.children: "list[Child]" = []
        self.config: "ModeConfig | None" = None
        self.last_hint = 0
        self.wrong_hash = False
        self.sent_at = 0
        self._seen: "list[int]" = []  # informationals
        self._seen_exchanges: "list[int]" = []
        self._queue: "list[bytes]" = []
        self.queue_drops = 0

    # --- what a session does ----------------------------------------------------------------------------------------

    def phase1_answered(self, now: int) -> None:
        """A phase 1 message that had to wait for g^xy was answered."""
        raise NotImplementedError

    def configured(self, config: ModeConfig, now: int) -> None:
        """Mode Config is over."""
        raise NotImplementedError

    def authenticated(self, ok: bool, message: str, now: int) -> None:
        """XAUTH is over (STATUS)."""
        raise NotImplementedError

    def credentials_wanted(self, now: int) -> None:
        """An XAUTH REQUEST came: the user or the stored pair must answer."""
        raise NotImplementedError

    def fits(self, request: ChildRequest, local: Selector, remote: Selector) -> bool:
        """Whether the peer may have a pair for these networks where `request` is what we want. A gateway may narrow."""
        return selectors.inside(local, request.local) and selectors.inside(remote, request.remote)

    def implied_networks(self) -> "tuple[Selector, Selector] | None":
        """(our side, the peer's) of a quick mode without identities, or None where they must be sent."""
        return None

    def first_contact(self, now: int) -> None:
        """A protected INITIAL-CONTACT: an Easy VPN gateway has nothing to say with it."""

    def shorten_phase1(self, life_s: int) -> None:
        """A protected RESPONDER-LIFETIME about the ISAKMP SA; 0 = it says none."""
        raise NotImplementedError

    def is_up(self) -> bool:
        """Phase 1 and what follows it are over: quick modes may run."""
        return self.state == State.UP

    def peer_dead(self, now: int) -> None:
        """Dead peer detection gave its verdict."""
        raise NotImplementedError

    def down(self, cause: str, text: str, now: int) -> None:
        """The session ends."""
        raise NotImplementedError

    def child_up(self, child: Child, now: int) -> None:
        """A quick mode is complete."""
        raise NotImplementedError

    def child_failed(self, child: Child, cause: str, notify: int, text: str, now: int) -> None:
        """A quick mode will not complete."""
        raise NotImplementedError

    def child_down(self, child: Child, reason: str) -> None:
        """A pair of ESP SAs is gone."""
        raise NotImplementedError

    # --- sending ----------------------------------------------------------------------------------------------------

    def sealed(self) -> Protection:
        """The protection of this SA; there must be one (phase 1 is over)."""
        if self.protection is None:
            raise ValueError("no ISAKMP SA yet")
        return self.protection

    def writer(self, kind: int, message_id: int) -> MessageWriter:
        """A message of ours in the shared scratch buffer."""
        return MessageWriter(self.core.scratch, self.initiator_cookie, self.responder_cookie, kind, message_id)

    def local_address(self) -> bytes:
        """Our address on the way to the peer as NAT-D tells it; zeros where it is unknown or where NAT-T is forced, so that
        both sides find a NAT."""
        if self.attempt.local is None or self.attempt.force_natt:
            return UNKNOWN_ADDRESS
        return self.attempt.local

    def local_port(self) -> int:
        return self.attempt.local_ports[self.socket]

    def find_nat(self, view: memoryview, parts: "list[Part]", hash: str, source: "tuple[int, bytes, int]") -> None:
        """Read the peer's NAT-D of a datagram that came from `source`."""
        cookies = (self.initiator_cookie, self.responder_cookie)
        ours = (self.local_address(), self.attempt.local_ports[source[0]])
        natt.examine(self.natt, view, parts, self.core.crypto, hash, cookies, ours, source[1:])

    def float_port(self) -> None:
        """RFC 3947 4: "If the initiator detects a NAT, [it] MUST set both UDP source and destination ports to 4500."."""
        if self.natt.encapsulate() and self.socket != SOCKET_NATT:
            self.socket = SOCKET_NATT
            self.peer_port = 4500

    def add_nat_d(self, w: MessageWriter, hash: str) -> None:
        """RFC 3947 3.2: first the destination's hash, then our own; nothing if the peer knows no NAT-T."""
        flavour = self.natt.flavour
        if flavour is not None:
            crypto, icookie, rcookie = self.core.crypto, self.initiator_cookie, self.responder_cookie
            w.add(flavour.nat_d, keys.nat_d(crypto, hash, icookie, rcookie, self.peer, self.peer_port))
            w.add(flavour.nat_d, keys.nat_d(crypto, hash, icookie, rcookie, self.local_address(), self.local_port()))

    def new_message_id(self) -> int:
        """RFC 2408 3.1: random, not 0; RFC 2409 5.5: never used twice under one ISAKMP SA."""
        while True:
            message_id = int.from_bytes(self.core.random(4), "big")
            if message_id and not self.seen(message_id) and self.exchange(message_id) is None:
                return message_id

    def exchange(self, message_id: int) -> "Exchange | None":
        for exchange in self.exchanges:
            if exchange.message_id == message_id:
                return exchange
        return None

    def open_exchange(self, kind: int, task: object, now: int, message_id: "int | None" = None) -> Exchange:
        """A new message ID, ours or (given) the peer's, with the IV chain that belongs to it."""
        if message_id is None:
            message_id = self.new_message_id()
        iv = self.protection.first_iv(message_id) if self.protection is not None else b""
        exchange = Exchange(kind, message_id, iv, now, task)
        self.lines.new_node(message_id, now)
        self.keep(exchange)
        return exchange

    def keep(self, exchange: Exchange) -> None:
        """Add to the exchanges under way; the oldest idle one makes room."""
        if len(self.exchanges) >= EXCHANGES_MAX:
            for old in self.exchanges:
                if (not old.waiting or old.last) and not old.owed:
                    self.forget(old)
                    break
            else:
                self.forget(self.exchanges[0])
        self.exchanges.append(exchange)

    def forget(self, exchange: Exchange) -> None:
        """An exchange is over: its message ID must never come again."""
        if exchange in self.exchanges:
            self.exchanges.remove(exchange)
        _remember(self._seen_exchanges, exchange.message_id)

    def forget_idle(self, now: int) -> None:
        """Exchanges whose last message is old will not be repeated any more."""
        for exchange in list(self.exchanges):
            if not exchange.waiting and not exchange.owed and now - exchange.touched >= LINGER_MS:
                self.forget(exchange)

    def repeats_unasked(self) -> bool:
        """Whether a quick 3 went out again that may have arrived before."""
        return [1 for exchange in self.exchanges if exchange.last and exchange.resends] != []

    def mark_seen(self, message_id: int) -> None:
        """The message ID of an informational, the peer's or ours."""
        _remember(self._seen, message_id)

    def seen(self, message_id: int) -> bool:
        return message_id in self._seen or message_id in self._seen_exchanges

    def queue(self, packet: bytes, now: int) -> None:
        """Hand a finished message to `transmit`; when too many wait, the oldest goes."""
        if len(self._queue) >= QUEUE_MAX:
            self._queue.pop(0)
            self.queue_drops += 1
        self._queue.append(packet)
        self.sent_at = now
        if self.core.trace and len(packet) > 1:  # not the one byte of a NAT keepalive
            self.lines.sending(now)

    def next_packet(self) -> bytes:
        """The next message without marker, b"" = none."""
        return self._queue.pop(0) if self._queue else b""

    def state_word(self) -> str:
        """The state in IOS's words."""
        return SHOWN.get(self.state, self.state)

    def silent(self) -> bool:
        """Whether nothing waits to be sent."""
        return not self._queue

    def send(self, exchange: Exchange, w: MessageWriter, packet: bytes, how: int, now: int) -> None:
        """A new message of an exchange, written with `w`, goes out."""
        exchange.sent(packet, how, now)
        self.queue(packet, now)
        self.traced(True, exchange.kind, exchange.message_id, tuple(w.types), len(packet), False)

    def send_hashed(
        self, exchange: Exchange, w: MessageWriter, at: int, how: int, now: int, nonce: bytes = b"", digest: bytes = b""
    ) -> None:
        """Fill in the HASH at `at` (or `digest`), encrypt, advance the IV chain, send."""
        protection = self.sealed()
        if digest:
            w.buf[at : at + len(digest)] = digest
        else:
            protection.hash_rest(w, at, exchange.message_id, nonce)
        packet, exchange.iv = protection.seal(w, exchange.iv)
        self.send(exchange, w, packet, how, now)

    def send_informational(self, w: MessageWriter, at: int, now: int) -> None:
        """A single protected message under its own message ID, never repeated (RFC 2408 5.14)."""
        protection = self.sealed()
        message_id = int.from_bytes(w.buf[20:24], "big")
        protection.hash_rest(w, at, message_id)
        packet, _ = protection.seal(w, protection.first_iv(message_id))
        self.mark_seen(message_id)
        if not self.core.trace:
            self.queue(packet, now)
            return
        self.lines.new_node(message_id, now)
        self.queue(packet, now)
        self.lines.purge(message_id)
        self.traced(True, ExchangeType.INFORMATIONAL, message_id, tuple(w.types), len(packet), False)

    def begin_informational(self) -> "tuple[MessageWriter, int]":
        """(writer with an empty HASH, offset of the hash)."""
        w = self.writer(ExchangeType.INFORMATIONAL, self.new_message_id())
        return w, self.sealed().begin(w)

    # --- telling ----------------------------------------------------------------------------------------------------

    def hint(self, notify: int, name: str) -> None:
        """Something unauthenticated that a human may want to know (RFC 2409 5.7)."""
        self.last_hint = notify
        self.core.emit_noise(Hint(self.id, notify, name))

    def debug(self, bit: int, mnemonic: str, *args: object) -> None:
        """A line for `debug`. Where an argument costs something to make, test `core.trace & bit` first."""
        if self.core.trace & bit:
            self.core.emit_noise(Traced(self.id, mnemonic, args))

    def traced(
        self, outbound: bool, kind: int, message_id: int, payloads: "tuple[int, ...]", length: int, resent: bool
    ) -> None:
        if self.core.trace & Debug.EXCHANGES:
            self.core.emit_noise(Exchanged(self.id, outbound, kind, message_id, payloads, length, resent))

    def traced_in(self, kind: int, message_id: int, parts: "list[Part]", length: int) -> None:
        if self.core.trace & Debug.EXCHANGES:
            self.traced(False, kind, message_id, tuple([part.type for part in parts]), length, False)


def _remember(ids: "list[int]", message_id: int) -> None:
    # No second look whether it is there: nobody takes an ID into use that was `seen`.
    if message_id:
        ids.append(message_id)
        if len(ids) > SEEN_MAX:
            ids.pop(0)
