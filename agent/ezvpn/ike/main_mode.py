"""Main mode with a pre-shared key, both halves: the messages of `state.MAIN_MESSAGES`.

    MM1  I -> R   HDR,  SA, VID...                            MM2  R -> I   HDR,  SA, VID...
    MM3  I -> R   HDR,  KE, Ni [, NAT-D, NAT-D]               MM4  R -> I   HDR,  KE, Nr [, NAT-D, NAT-D]
    MM5  I -> R   HDR*, IDii, HASH_I                          MM6  R -> I   HDR*, IDir, HASH_R

RFC 2409 5 and 5.4 ("the key can only be identified by the IP address of the peers"), App. B (IVs); RFC 3947 3 and 4. Only the
initiator repeats itself; the responder's messages go out again when the initiator's come again. Nothing is believed before
HASH_I or HASH_R, which cover the offer, both KEs and the sender's identity. Whether a message is due, and what follows, is
`peer_session`'s; who may begin, `admission`'s.

The identity is an IPv4 address. It must be the one that the peer's datagrams come from, unless a NAT is before the peer: then
it is an address of a network that we cannot see (strongSwan and libreswan say their own), and any is taken. The key proves
the peer either way.
"""

from ezvpn.crypto.dh import KeyPair
from ezvpn.ike import keys, natt, proposal
from ezvpn.ike.aggressive import NONCE_BYTES, NONCE_LEAST, NONCE_MOST, Accepted
from ezvpn.ike.exchange import BLOCK_BYTES, Exchange, Protection, Sent
from ezvpn.ike.params import MainAttempt, Phase1Transform
from ezvpn.ike.sa import NO_COOKIE, IsakmpSa
from ezvpn.ike.secrets import WantsSecret, check_value
from ezvpn.ike.state import Refused, check, require
from ezvpn.record import wipe
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import HEADER_BYTES, Header, MessageWriter, Part, Payload, parse_chain
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.notify import NotifyType, parse_notify
from ezvpn.wire.payloads import Identity, IdType, VendorId, id_text, parse_id, write_id
from ezvpn.wire.sa import IkeAttribute, IkeAuth, parse_sa, write_sa

# No XAUTH and no Unity: a site-to-site peer gets neither. As initiator all NAT-T versions, as responder the one we chose.
NATT_VENDOR_IDS = (VendorId.NATT_RFC, VendorId.NATT_03, VendorId.NATT_02N, VendorId.NATT_02)
VENDOR_IDS = (VendorId.DPD, VendorId.FRAGMENTATION_MAIN_AGGRESSIVE)
# RFC 2407 4.6.2: in phase 1 "the ID port and protocol fields MUST be set to zero or to UDP port 500"; RFC 3947 4 wants port 0.
ID_PROTOCOL, ID_PORT = 0, 0


class MainMode(WantsSecret):
    """What both halves share. `process` takes the message that is due; it returns `Accepted` with the last one of our side. MM3
    and MM4 are answered in a later turn, when g^xy is there: until then it is `waiting`."""

    def __init__(self, sa: IsakmpSa, attempt: MainAttempt) -> None:
        self.sa = sa
        self.attempt = attempt
        self.nonce = sa.core.random(NONCE_BYTES)
        self.pair: "KeyPair | None" = None
        self.transform: "Phase1Transform | None" = None
        self.life_s = 0
        self.sa_body = b""  # RFC 2409 5: SAi_b, the body of the SA payload as the initiator sent it
        self.peer_public = b""
        self.peer_nonce = b""
        self.vendor_ids: "list[bytes]" = []
        self.unsaid: "tuple[bytes, ...]" = ()  # vendor IDs of ours for MM3 or MM4
        self.protection: "Protection | None" = None  # until the peer is proven; the ISAKMP SA's from then on
        self.iv = b""
        self.exchange = Exchange(ExchangeType.MAIN, 0, b"", 0, self)

    def process(
        self, rule: str, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]"
    ) -> "Accepted | None":
        """The message that is due, a member of the exchange. Raises `Malformed` or `Refused`, and nothing has changed."""
        raise NotImplementedError

    def wipe(self) -> None:
        """Forget what is secret, unless the ISAKMP SA has it."""
        self.sa.secrets.forget(self)
        if self.pair is not None:
            self.pair.wipe()
        if self.protection is not None and self.protection is not self.sa.protection:
            self.protection.wipe()
        self.protection = None

    # --- reading ----------------------------------------------------------------------------------------------------

    def chosen(self) -> Phase1Transform:
        if self.transform is None:
            raise ValueError("no proposal was chosen yet")
        return self.transform

    def read(self, rule: str, view: memoryview, header: Header) -> "list[Part]":
        """The payloads of an unencrypted message."""
        parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
        check(rule, parts)
        self.sa.traced_in(ExchangeType.MAIN, 0, parts, len(view))
        self.sa.lines.payloads(parts, 0)
        return parts

    def hear_vendor_ids(self, view: memoryview, parts: "list[Part]") -> None:
        """IOS names DPD in MM3 or MM4 only, others in MM1 or MM2: all count."""
        self.vendor_ids = self.vendor_ids + [bytes(view[p.start : p.end]) for p in parts if p.type == Payload.VID]

    def waiting(self) -> bool:
        """Whether the peer's last message is not answered yet."""
        return self.sa.secrets.wanted_by(self)

    def read_keys(self, view: memoryview, parts: "list[Part]") -> None:
        """KE and nonce of MM3 or MM4."""
        part = require(parts, Payload.NONCE)
        # RFC 2409 5: "The length of nonce payload MUST be between 8 and 256 bytes inclusive."
        if not NONCE_LEAST <= part.end - part.start <= NONCE_MOST:
            raise Refused("nonce", "nonce of " + str(part.end - part.start) + " bytes")
        nonce = bytes(view[part.start : part.end])
        part = require(parts, Payload.KE)
        public = bytes(view[part.start : part.end])
        check_value(self.chosen().group, public)
        self.peer_nonce, self.peer_public = nonce, public

    def want_secret(self, now: int) -> None:
        """g^xy of what `read_keys` has read. The peer's message is taken: what went out before is not repeated any more."""
        if self.pair is None:
            self.pair = self.sa.core.take_pair(self.chosen().group)
        self.exchange.answered(b"", b"", now)
        self.sa.secrets.want(self, self.pair, self.peer_public, now)

    def derive(self, g_xy: bytearray) -> None:
        """The key chain and the first IV."""
        sa, transform = self.sa, self.chosen()
        crypto, hash = sa.core.crypto, transform.hash
        if self.pair is None:
            raise ValueError("no key pair")
        # RFC 2409 5: first the initiator's, then the responder's.
        nonces, publics = (self.nonce, self.peer_nonce), (self.pair.public, self.peer_public)
        if not sa.initiator:
            nonces, publics = (nonces[1], nonces[0]), (publics[1], publics[0])
        skeyid = keys.skeyid_psk(crypto, hash, self.attempt.psk, nonces[0], nonces[1])
        phase1 = keys.derive(
            crypto,
            hash,
            skeyid,
            g_xy,
            sa.initiator_cookie,
            sa.responder_cookie,
            transform.cipher,
            keys.phase1_key_bytes(transform.cipher, transform.key_bits),
        )
        wipe(g_xy)
        wipe(skeyid)
        self.protection = Protection(crypto, hash, transform.cipher, phase1, b"")
        self.iv = keys.phase1_iv(crypto, hash, publics[0], publics[1], BLOCK_BYTES[transform.cipher])

    def auth_hash(self, ours: bool, id_body: bytes) -> bytes:
        """HASH_I or HASH_R: our own, or the one that the peer must send."""
        sa = self.sa
        if self.protection is None or self.pair is None:
            raise ValueError("no keys yet")
        publics = (self.pair.public, self.peer_public)
        cookies = (sa.initiator_cookie, sa.responder_cookie)
        own_cookies = cookies if ours == sa.initiator else (cookies[1], cookies[0])
        if not ours:
            publics = (publics[1], publics[0])
        return keys.auth_hash(
            sa.core.crypto,
            self.protection.hash,
            self.protection.keys.skeyid,
            publics[0],
            publics[1],
            own_cookies[0],
            own_cookies[1],
            self.sa_body,
            id_body,
        )

    def prove(self, rule: str, view: memoryview, header: Header) -> "tuple[Identity, memoryview, list[Part], bytes]":
        """MM5 or MM6: (identity, clear message, its payloads, next IV), once HASH and identity are right. A message that does not
        decrypt and a HASH that differs mean the same: another key."""
        if self.protection is None:
            raise ValueError("no keys yet")
        sa = self.sa
        try:
            plain, next_iv = self.protection.open(view, header, self.iv)
            clear = memoryview(plain)
            parts, _ = parse_chain(clear, HEADER_BYTES, len(clear), header.next_payload)
            check(rule, parts)
            part = require(parts, Payload.ID)
            id_body = bytes(clear[part.start : part.end])
            identity = parse_id(clear, part.start, part.end)
            part = require(parts, Payload.HASH)
            self.protection.verify(clear[part.start : part.end], self.auth_hash(False, id_body))
        except (Malformed, Refused) as fault:
            text = fault.what if isinstance(fault, Malformed) else fault.text
            sa.wrong_hash = True
            raise Refused("authentication", "main mode: the pre-shared keys seem to differ (" + text + ")")
        sa.traced_in(ExchangeType.MAIN, 0, parts, len(view))
        sa.lines.payloads(parts, 0)
        self.protection.last_block = next_iv
        address = identity.type == IdType.IPV4_ADDR
        if not address or (identity.data != self.attempt.peer and not sa.natt.peer_is_behind):
            raise Refused("identity", "the peer calls itself " + id_text(identity) + ": its address is expected")
        return identity, clear, parts, next_iv

    def accept(self, identity: Identity) -> Accepted:
        """The peer is proven: the SA gets its keys."""
        if self.pair is not None:
            self.pair.wipe()
        self.sa.protection = self.protection
        index = self.attempt.transforms.index(self.chosen())
        settled = proposal.Agreed(index, IkeAuth.PSK, self.life_s, 0)
        accepted = Accepted(self.chosen(), settled, id_text(identity))
        accepted.vendor_ids = self.vendor_ids
        self.sa.lines.phase1(accepted, index, self.vendor_ids)
        return accepted

    # --- writing ----------------------------------------------------------------------------------------------------

    def writer(self) -> MessageWriter:
        return self.sa.writer(ExchangeType.MAIN, 0)

    def send(self, w: MessageWriter, how: int, now: int) -> None:
        total = w.finish()
        self.sa.send(self.exchange, w, bytes(w.buf[:total]), how, now)

    def send_keys(self, how: int, now: int) -> None:
        """MM3 or MM4."""
        transform = self.chosen()
        if self.pair is None:
            self.pair = self.sa.core.take_pair(transform.group)
        w = self.writer()
        w.add(Payload.KE, self.pair.public)
        w.add(Payload.NONCE, self.nonce)
        self.sa.add_nat_d(w, transform.hash)
        for vendor_id in self.unsaid:
            w.add(Payload.VID, vendor_id)
        self.send(w, how, now)

    def send_proof(self, iv: bytes, how: int, now: int) -> bytes:
        """MM5 or MM6; returns its last cipher block."""
        if self.protection is None:
            raise ValueError("no keys yet")
        w = self.writer()
        w.begin(Payload.ID)
        at = w.at
        # Where our address is unknown, or a NAT will change it, the peer takes any.
        write_id(w, Identity(IdType.IPV4_ADDR, ID_PROTOCOL, ID_PORT, self.attempt.local or bytes(4)))
        id_body = bytes(w.buf[at : w.at])
        w.end()
        w.add(Payload.HASH, self.auth_hash(True, id_body))
        packet, last_block = self.protection.seal(w, iv)
        self.sa.send(self.exchange, w, packet, how, now)
        return last_block


class MainInitiator(MainMode):
    """`start`, then MM2, MM4 and MM6."""

    def __init__(self, sa: IsakmpSa, attempt: MainAttempt) -> None:
        super().__init__(sa, attempt)
        self.offer = proposal.phase1_proposal(attempt.transforms, (IkeAuth.PSK,))

    def start(self, now: int) -> None:
        """MM1."""
        sa = self.sa
        w = self.writer()
        w.begin(Payload.SA)
        at = w.at
        write_sa(w, (self.offer,))
        self.sa_body = bytes(w.buf[at : w.at])
        w.end()
        for vendor_id in NATT_VENDOR_IDS + VENDOR_IDS:
            w.add(Payload.VID, vendor_id)
        sa.keep(self.exchange)
        self.send(w, Sent.REQUEST, now)

    def process(
        self, rule: str, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]"
    ) -> "Accepted | None":
        sa = self.sa
        if rule == "mm2":
            self._mm2(view, header, now)
        elif rule == "mm4":
            parts = self.read(rule, view, header)
            self.read_keys(view, parts)
            self.hear_vendor_ids(view, parts)
            sa.find_nat(view, parts, self.chosen().hash, source)
            sa.float_port()
            self.want_secret(now)
        else:
            identity, _, _, _ = self.prove(rule, view, header)
            self.exchange.arrived()
            return self.accept(identity)
        return None

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        """MM5."""
        self.derive(g_xy)
        self.iv = self.send_proof(self.iv, Sent.REQUEST, now)
        self.sa.phase1_answered(now)

    def _mm2(self, view: memoryview, header: Header, now: int) -> None:
        sa = self.sa
        parts = self.read("mm2", view, header)
        if header.responder_cookie == NO_COOKIE:
            raise Refused("cookie", "MM2 without a responder cookie")
        part = require(parts, Payload.SA)
        body = parse_sa(view, part.start, part.end)
        _, agreed = proposal.agree(body, self.offer, IkeAttribute.LIFE_TYPE, IkeAttribute.AUTHENTICATION)
        self.transform = self.attempt.transforms[agreed.index]
        self.life_s = agreed.life_s
        self.hear_vendor_ids(view, parts)
        sa.responder_cookie = header.responder_cookie
        sa.natt.flavour = natt.flavour_of(self.vendor_ids)
        self.send_keys(Sent.REQUEST, now)


class MainResponder(MainMode):
    """MM1, MM3 and MM5."""

    def process(
        self, rule: str, view: memoryview, header: Header, now: int, source: "tuple[int, bytes, int]"
    ) -> "Accepted | None":
        sa = self.sa
        if rule == "mm1":
            self._mm1(view, header, now)
        elif rule == "mm3":
            parts = self.read(rule, view, header)
            self.read_keys(view, parts)
            self.hear_vendor_ids(view, parts)
            # RFC 3947 3: the answer goes to where the datagram came from, whatever port that is.
            sa.socket, sa.peer, sa.peer_port = source
            sa.find_nat(view, parts, self.chosen().hash, source)
            self.want_secret(now)
        else:
            identity, clear, parts, next_iv = self.prove(rule, view, header)
            # RFC 3947 4: from MM5 on the initiator behind a NAT uses port 4500, and so do we.
            sa.socket, sa.peer, sa.peer_port = source
            last_block = self.send_proof(next_iv, Sent.ANSWER, now)
            accepted = self.accept(identity)
            sa.sealed().last_block = last_block
            self._hear_contact(clear, parts, now)
            return accepted
        return None

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        """MM4."""
        self.derive(g_xy)
        self.send_keys(Sent.ANSWER, now)
        self.sa.phase1_answered(now)

    def _mm1(self, view: memoryview, header: Header, now: int) -> None:
        sa = self.sa
        parts = self.read("mm1", view, header)
        part = require(parts, Payload.SA)
        index, answer = proposal.choose_phase1(
            parse_sa(view, part.start, part.end), self.attempt.transforms, sa.core.crypto.groups
        )
        self.transform = self.attempt.transforms[index]
        offered = proposal.lifetimes(answer.transforms[0].attributes, IkeAttribute.LIFE_TYPE)[0]
        # RFC 2407 4.5.4: who wants a shorter life than the one offered just uses it.
        self.life_s = min(offered or self.transform.life_s, self.transform.life_s or offered)
        self.sa_body = bytes(view[part.start : part.end])
        self.hear_vendor_ids(view, parts)
        sa.natt.flavour = natt.flavour_of(self.vendor_ids)
        w = self.writer()
        w.begin(Payload.SA)
        write_sa(w, (answer,))
        w.end()
        if sa.natt.flavour is not None:
            w.add(Payload.VID, sa.natt.flavour.vendor_id)
        # Whoever forged the source of MM1 must not get a longer datagram sent there: what the peer did not say can wait for MM4.
        told = [ours for ours in VENDOR_IDS if self._heard(ours)]
        for vendor_id in told:
            w.add(Payload.VID, vendor_id)
        self.unsaid = tuple([ours for ours in VENDOR_IDS if ours not in told])
        sa.keep(self.exchange)
        self.send(w, Sent.ANSWER, now)

    def _heard(self, vendor_id: bytes) -> bool:
        """Whether the peer named this one, with as many bytes."""
        for known in self.vendor_ids:
            if known[:14] == vendor_id[:14] and len(known) >= len(vendor_id):
                return True
        return False

    def _hear_contact(self, clear: memoryview, parts: "list[Part]", now: int) -> None:
        """strongSwan says INITIAL-CONTACT in MM5: encrypted, which a proven peer did, though no HASH covers it."""
        for part in parts:
            if part.type == Payload.N:
                try:
                    if parse_notify(clear, part.start, part.end).type == NotifyType.INITIAL_CONTACT:
                        self.sa.first_contact(now)
                except Malformed:
                    continue
