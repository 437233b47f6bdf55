"""Quick mode, both halves: a pair of ESP SAs from three messages.

    Q1  I -> R   HDR*, HASH(1), SA, Ni [, KE], IDci, IDcr
    Q2  R -> I   HDR*, HASH(2), SA, Nr [, KE], IDci, IDcr
    Q3  I -> R   HDR*, HASH(3)

RFC 2409 5.5. "Initiator" is who starts this quick mode, which may be the phase 1 responder (a gateway that rekeys): then IDci is
the gateway's side. Keys leave in `events.ChildUp`; nothing secret stays here.
"""

from ezvpn.crypto.dh import KeyPair
from ezvpn.ike import keys, proposal, selectors
from ezvpn.ike.child import Child
from ezvpn.ike.debug import FROM_PEER, INTERNAL, signed
from ezvpn.ike.events import ChildUp
from ezvpn.ike.exchange import Exchange, Sent
from ezvpn.ike.params import EspTransform, Selector
from ezvpn.ike.sa import IsakmpSa
from ezvpn.ike.secrets import WantsSecret, check_value
from ezvpn.ike.state import Refused, check, find, require
from ezvpn.record import wipe
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.isakmp import MessageWriter, Part, Payload
from ezvpn.wire.notify import Notify, NotifyType, parse_notify, write_notify
from ezvpn.wire.payloads import parse_id, write_id
from ezvpn.wire.sa import IpsecAttribute, Proposal, Protocol, SaBody, Transform, parse_attributes, parse_sa, write_sa

NONCE_BYTES = 20
NONCE_LEAST, NONCE_MOST = 8, 256
DOI_IPSEC = 1


class Quick(WantsSecret):
    """What both halves share: nonces, KE, and the keys of a finished exchange."""

    def __init__(self, sa: IsakmpSa, child: Child) -> None:
        self.sa = sa
        self.child = child
        self.nonce = sa.core.random(NONCE_BYTES)
        self.peer_nonce = b""
        self.pair: "KeyPair | None" = None
        self.pfs_group = 0

    def wipe(self) -> None:
        """Given up: forget what was secret."""
        self.sa.secrets.forget(self)
        if self.pair is not None:
            self.pair.wipe()

    def read_nonce(self, view: memoryview, parts: "list[Part]") -> bytes:
        part = require(parts, Payload.NONCE)
        if not NONCE_LEAST <= part.end - part.start <= NONCE_MOST:
            raise Refused("nonce", "nonce of " + str(part.end - part.start) + " bytes")
        return bytes(view[part.start : part.end])

    def read_public(self, view: memoryview, parts: "list[Part]") -> bytes:
        """The peer's public value, b"" without PFS. RFC 2409 5.5: a KE without an agreed group, or the other way round, is
        refused."""
        part = find(parts, Payload.KE)
        if (part is not None) != (self.pair is not None):
            raise Refused("ke", "KE payload and PFS group do not go together")
        if part is None or self.pair is None:
            return b""
        public = bytes(view[part.start : part.end])
        check_value(self.pair.group, public)
        return public

    def announce(self, transform: EspTransform, g_xy: bytearray, nonces: "tuple[bytes, bytes]") -> None:
        """Derive both directions' KEYMAT and emit ChildUp; `nonces` are (Ni_b, Nr_b) of this quick mode."""
        sa, child = self.sa, self.child
        protection = sa.sealed()
        crypto, hash, skeyid_d = sa.core.crypto, protection.hash, protection.keys.skeyid_d
        cipher_bytes, auth_bytes = keys.esp_key_lengths(transform)
        made = []
        # RFC 2409 5.5: each SA's keys use the SPI that its receiver chose.
        for spi in (child.spi_in, child.spi_out):
            material = keys.keymat(
                crypto,
                hash,
                skeyid_d,
                Protocol.ESP,
                spi.to_bytes(4, "big"),
                nonces[0],
                nonces[1],
                g_xy,
                cipher_bytes + auth_bytes,
            )
            made.append(material[:cipher_bytes])
            made.append(material[cipher_bytes:])
            wipe(material)
        wipe(g_xy)
        child.transform = transform
        event = ChildUp(
            sa.id,
            child.id,
            child.replaces,
            child.spi_in,
            child.spi_out,
            transform,
            made[0],
            made[1],
            made[2],
            made[3],
            child.local,
            child.remote,
            sa.natt.encapsulate(),
            sa.peer,
            sa.peer_port,
            self.pfs_group,
            child.life_s,
            child.life_kb,
        )
        sa.core.emit(event)

    def read_identities(self, view: memoryview, parts: "list[Part]") -> "tuple[Selector, Selector]":
        """(IDci, IDcr) as selectors; both must be there."""
        found = [selectors.from_identity(parse_id(view, p.start, p.end)) for p in parts if p.type == Payload.ID]
        if len(found) != 2:
            raise Refused("identity", "quick mode without both identities")
        return found[0], found[1]

    def adopt_life(self, seconds: int, kilobytes: int) -> None:
        """The lives that the peer's transform says, 0 = none: the smaller ones count."""
        if seconds:
            self.child.shorten(seconds, 0)
        self.child.shorten_volume(kilobytes)

    def adopt_responder_lifetime(self, view: memoryview, parts: "list[Part]") -> None:
        """RFC 2407 4.6.3.1: RESPONDER-LIFETIME in quick 2 says which life the responder will use."""
        for part in parts:
            if part.type == Payload.N:
                notify = parse_notify(view, part.start, part.end)
                if notify.type == NotifyType.RESPONDER_LIFETIME and notify.protocol == Protocol.ESP:
                    adopt(self.child, notify, self.sa.core.jitter())


def adopt(child: Child, notify: Notify, jitter: int) -> bool:
    """Take over a protected RESPONDER-LIFETIME for a child; True if the life became shorter."""
    attributes = parse_attributes(notify.data, 0, len(notify.data))
    seconds, kilobytes = proposal.lifetimes(attributes, IpsecAttribute.LIFE_TYPE)
    child.shorten_volume(kilobytes)
    return bool(seconds) and child.shorten(seconds, jitter)


class QuickInitiator(Quick):
    """We start: `start`, then `verify` and `process` for Q2."""

    def __init__(self, sa: IsakmpSa, child: Child) -> None:
        super().__init__(sa, child)
        self.offer: "Proposal | None" = None
        self.exchange: "Exchange | None" = None
        self.transform: "EspTransform | None" = None
        self.finished = False

    def start(self, now: int) -> None:
        """Q1."""
        sa, child = self.sa, self.child
        request = child.request
        self.exchange = sa.open_exchange(ExchangeType.QUICK, self, now)
        child.spi_in = sa.core.new_spi()
        self.pfs_group = request.pfs_group
        if self.pfs_group:
            self.pair = sa.core.take_pair(self.pfs_group)
        self.offer = proposal.esp_proposal(
            child.spi_in.to_bytes(4, "big"),
            request.transforms,
            sa.natt.encapsulation(),
            self.pfs_group,
            request.life_s,
            request.life_kb,
        )
        w = sa.writer(ExchangeType.QUICK, self.exchange.message_id)
        at = sa.sealed().begin(w)
        w.begin(Payload.SA)
        write_sa(w, (self.offer,))
        w.end()
        w.add(Payload.NONCE, self.nonce)
        if self.pair is not None:
            w.add(Payload.KE, self.pair.public)
        _write_identities(w, child.local, child.remote)
        message_id = self.exchange.message_id
        sa.lines.requested(child)
        if sa.lines.on():
            sa.lines.tagged("ISAKMP_QUICK", signed(message_id))
        sa.send_hashed(self.exchange, w, at, Sent.REQUEST, now)
        sa.lines.quick_turn(message_id, INTERNAL, "IKE_INIT_QM", "IKE_QM_READY", "IKE_QM_I_QM1")

    def verify(self, view: memoryview, parts: "list[Part]", end: int) -> None:
        """HASH(2) = prf(SKEYID_a, M-ID | Ni_b | rest)."""
        exchange = self._own_exchange()
        if self.finished:
            # Nothing is due after Q3; a fourth message belongs to the commit bit, which we ignore (RFC 2408 4.8).
            raise Refused("state", "quick mode is over")
        check("quick", parts)
        found = view[parts[0].start : parts[0].end]
        self.sa.sealed().verify_rest(found, exchange.message_id, view[parts[0].end : end], self.nonce)

    def process(self, view: memoryview, parts: "list[Part]", now: int) -> None:
        """Q2: hold the answer against the offer; the rest when g(qm)^xy is there."""
        sa, child = self.sa, self.child
        self.finished = True
        try:
            public = self._accept(view, parts)
        except (Refused, Malformed) as fault:
            text = fault.what if isinstance(fault, Malformed) else fault.text
            sa.child_failed(child, "protocol", 0, "gateway's quick mode answer: " + text, now)
            return
        if self.pair is not None:
            sa.secrets.want(self, self.pair, public, now)
        else:
            self.secret_made(bytearray(), now)

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        """Derive, announce, send Q3."""
        sa, child = self.sa, self.child
        exchange = self._own_exchange()
        if self.transform is None:
            raise ValueError("quick 2 was not accepted")
        self.announce(self.transform, g_xy, (self.nonce, self.peer_nonce))
        sa.lines.created(child)
        w = sa.writer(ExchangeType.QUICK, exchange.message_id)
        at = sa.sealed().begin(w)
        protection = sa.sealed()
        digest = keys.quick3_hash(
            sa.core.crypto,
            protection.hash,
            protection.keys.skeyid_a,
            exchange.message_id,
            self.nonce,
            self.peer_nonce,
        )
        sa.send_hashed(exchange, w, at, Sent.LAST, now, b"", digest)
        sa.lines.done(exchange.message_id, "No Error", now)
        sa.lines.quick_turn(exchange.message_id, FROM_PEER, "IKE_QM_EXCH", "IKE_QM_I_QM1", "IKE_QM_PHASE2_COMPLETE")
        sa.child_up(child, now)

    def _accept(self, view: memoryview, parts: "list[Part]") -> bytes:
        """The peer's public value, b"" without PFS."""
        child = self.child
        if self.offer is None:
            raise ValueError("quick mode was not started")
        part = require(parts, Payload.SA)
        answer, agreed = proposal.agree(parse_sa(view, part.start, part.end), self.offer, IpsecAttribute.LIFE_TYPE)
        if len(answer.spi) != 4 or int.from_bytes(answer.spi, "big") < 256:
            raise Refused("spi", "reserved or wrong SPI")
        self.peer_nonce = self.read_nonce(view, parts)
        local, remote = self.read_identities(view, parts)
        # A gateway may narrow what we asked for; it must not widen it.
        if not selectors.inside(local, child.request.local) or not selectors.inside(remote, child.request.remote):
            raise Refused("identity", "identities outside of what was asked for")
        public = self.read_public(view, parts)
        child.local, child.remote = local, remote
        child.spi_out = int.from_bytes(answer.spi, "big")
        self.adopt_life(agreed.life_s, agreed.life_kb)
        self.adopt_responder_lifetime(view, parts)
        self.transform = child.request.transforms[agreed.index]
        return public

    def _own_exchange(self) -> Exchange:
        if self.exchange is None:
            raise ValueError("quick mode was not started")
        return self.exchange


class QuickResponder(Quick):
    """The peer starts: `answer` for Q1, then `verify` and `process` for Q3. old: what it must be about, as a template."""

    def __init__(self, sa: IsakmpSa, exchange: Exchange, old: Child, id: int) -> None:
        super().__init__(sa, Child(id, old.request, old.id, ours=False))
        self.exchange = exchange
        self.transform: "EspTransform | None" = None
        self.g_xy = bytearray()
        self.finished = False

    def wipe(self) -> None:
        super().wipe()
        wipe(self.g_xy)

    def verify(self, view: memoryview, parts: "list[Part]", end: int) -> None:
        """HASH(3) (HASH(1) was verified before this task existed)."""
        check("quick3", parts)
        protection = self.sa.sealed()
        expected = keys.quick3_hash(
            self.sa.core.crypto,
            protection.hash,
            protection.keys.skeyid_a,
            self.exchange.message_id,
            self.peer_nonce,
            self.nonce,
        )
        if self.finished:
            raise Refused("state", "quick mode is over")
        protection.verify(view[parts[0].start : parts[0].end], expected)

    def answer(self, view: memoryview, parts: "list[Part]", now: int) -> None:
        """Q1 -> Q2. `Refused` if there is nothing in it that this tunnel's configuration allows."""
        sa, child = self.sa, self.child
        part = require(parts, Payload.SA)
        body = parse_sa(view, part.start, part.end)
        implied = sa.implied_networks() if find(parts, Payload.ID) is None else None
        if implied is not None:
            our_side, peers_side = implied
        else:
            peers_side, our_side = self.read_identities(view, parts)
        if not sa.fits(child.request, our_side, peers_side):
            raise Refused("identity", "identities that no child of this session has")
        child.local, child.remote = our_side, peers_side
        chosen = self._choose(body)
        self.peer_nonce = self.read_nonce(view, parts)
        if self.pfs_group:
            self.pair = sa.core.take_pair(self.pfs_group)
        public = self.read_public(view, parts)
        child.spi_in = sa.core.new_spi()
        w = sa.writer(ExchangeType.QUICK, self.exchange.message_id)
        at = sa.sealed().begin(w)
        w.begin(Payload.SA)
        write_sa(w, (Proposal(chosen.number, Protocol.ESP, child.spi_in.to_bytes(4, "big"), chosen.transforms),))
        w.end()
        w.add(Payload.NONCE, self.nonce)
        if self.pair is not None:
            w.add(Payload.KE, self.pair.public)
        if implied is None:
            _write_identities(w, peers_side, our_side)
        # Q3 answers Q2: until it comes, Q2 is repeated like a request.
        sa.send_hashed(self.exchange, w, at, Sent.REQUEST, now, self.peer_nonce)
        message_id = self.exchange.message_id
        sa.lines.quick_turn(message_id, FROM_PEER, "IKE_QM_EXCH", "IKE_QM_READY", "IKE_QM_R_QM2")
        if self.pair is not None:
            sa.secrets.want(self, self.pair, public, now)

    def process(self, view: memoryview, parts: "list[Part]", now: int) -> None:
        """Q3: the pair stands, as soon as g(qm)^xy is there."""
        self.finished = True
        if not self.sa.secrets.wanted_by(self):
            self._stands(now)

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        self.g_xy = g_xy
        if self.finished:
            self._stands(now)

    def _stands(self, now: int) -> None:
        if self.transform is None:
            raise ValueError("quick 1 was not answered")
        self.announce(self.transform, self.g_xy, (self.peer_nonce, self.nonce))
        lines, message_id = self.sa.lines, self.exchange.message_id
        lines.created(self.child)
        lines.done(message_id, "QM done (await)", now)
        lines.quick_turn(message_id, FROM_PEER, "IKE_QM_EXCH", "IKE_QM_R_QM2", "IKE_QM_PHASE2_COMPLETE")
        self.sa.child_up(self.child, now)

    def _choose(self, body: SaBody) -> Proposal:
        """The first of our transforms that the peer offers, as a proposal to echo."""
        for ours in self.child.request.transforms:
            for offered in body.proposals:
                if offered.protocol != Protocol.ESP or len(offered.spi) != 4:
                    continue
                # RFC 2408 4.2: proposals of one number belong together (AND); we do ESP alone.
                if len([True for other in body.proposals if other.number == offered.number]) > 1:
                    continue
                for transform in offered.transforms:
                    if self._allowed(transform, ours):
                        self.child.spi_out = int.from_bytes(offered.spi, "big")
                        seconds, kilobytes = proposal.lifetimes(transform.attributes, IpsecAttribute.LIFE_TYPE)
                        self.adopt_life(seconds, kilobytes)
                        return Proposal(offered.number, offered.protocol, offered.spi, (transform,))
        raise Refused("no-proposal", "no proposal of the peer's quick mode is allowed here")

    def _allowed(self, transform: Transform, ours: EspTransform) -> bool:
        """Whether a peer's transform is this one of ours. As IOS has it: where PFS is configured the group must be that one;
        where it is not, a peer that wants it gets it."""
        sa, configured = self.sa, self.child.request.pfs_group
        wanted = proposal.read_esp(transform)
        if wanted is None:
            return False
        esp, encapsulation, group = wanted
        if esp != ours or encapsulation != sa.natt.encapsulation():
            return False
        if (configured and group != configured) or (group and group not in sa.core.crypto.groups):
            return False
        self.transform, self.pfs_group = esp, group
        return True


def write_refusal(w: MessageWriter, notify_type: int, spi: bytes) -> None:
    """An error notify about a quick mode (RFC 2408 3.14)."""
    w.begin(Payload.N)
    write_notify(w, Notify(DOI_IPSEC, Protocol.ESP, spi, notify_type, b""))
    w.end()


def _write_identities(w: MessageWriter, initiator: "Selector", responder: "Selector") -> None:
    for selector in (initiator, responder):
        w.begin(Payload.ID)
        write_id(w, selectors.to_identity(selector))
        w.end()
