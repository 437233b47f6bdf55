"""Aggressive mode with a pre-shared key, initiator: AM1 out, AM2 in, AM3 out.

    AM1  I -> R   HDR,  SA, KE, Ni, IDii, VID...
    AM2  R -> I   HDR,  SA, KE, Nr, IDir, HASH_R, VID..., NAT-D, NAT-D
    AM3  I -> R   HDR*, HASH_I [, NAT-D, NAT-D]

RFC 2409 5.4; draft-beaulieu-ike-xauth-02 4 and 7.2 (XAUTHInitPreShared); RFC 3947 3 and 4. HASH_R covers neither the chosen
SA nor vendor IDs and NAT-D, so the SA must equal an offered transform and the rest is believed as far as it can harm nobody.
The responder half lives in the practice gateway.
"""

from ezvpn.crypto.dh import KeyPair
from ezvpn.ike import keys, natt, proposal
from ezvpn.ike.exchange import BLOCK_BYTES, Exchange, Protection, Sent
from ezvpn.ike.params import Phase1Transform
from ezvpn.ike.sa import NO_COOKIE, IsakmpSa
from ezvpn.ike.secrets import WantsSecret, check_value
from ezvpn.ike.state import Refused, require
from ezvpn.record import wipe
from ezvpn.wire.cursor import Malformed
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.isakmp import Header, Part, Payload
from ezvpn.wire.notify import NotifyType, parse_notify
from ezvpn.wire.payloads import Identity, IdType, VendorId, id_text, parse_id, write_id
from ezvpn.wire.sa import IkeAttribute, IkeAuth, Protocol, parse_sa, write_sa

NONCE_BYTES = 20
# RFC 2409 5: "The length of nonce payload MUST be between 8 and 256 bytes inclusive."
NONCE_LEAST, NONCE_MOST = 8, 256
AUTHS = (IkeAuth.XAUTH_INIT_PSK, IkeAuth.PSK)
# The DPD vendor ID goes to every peer (RFC 3706 5.1); FRAGMENTATION says that we can put fragments together.
VENDOR_IDS = (
    VendorId.XAUTH,
    VendorId.UNITY,
    VendorId.NATT_RFC,
    VendorId.NATT_03,
    VendorId.NATT_02N,
    VendorId.NATT_02,
    VendorId.DPD,
    VendorId.FRAGMENTATION_MAIN_AGGRESSIVE,
)
# RFC 3947 4: the port of a phase 1 ID is 0 where NAT traversal is offered; protocol UDP.
ID_PROTOCOL, ID_PORT = 17, 0


class Accepted:
    """What a proven AM2 settled."""

    def __init__(self, transform: Phase1Transform, agreed: proposal.Agreed, peer_id: str) -> None:
        self.transform = transform
        self.auth = agreed.auth
        self.life_s = agreed.life_s
        self.peer_id = peer_id
        self.vendor_ids: "list[bytes]" = []

    def hear_lifetimes(self, view: memoryview, parts: "list[Part]") -> None:
        """RESPONDER-LIFETIME in AM2 (Cisco's way, against RFC 2407 4.6.3) is not authenticated: it may shorten the life."""
        for part in parts:
            try:
                if part.type == Payload.N:
                    notify = parse_notify(view, part.start, part.end)
                    if notify.type == NotifyType.RESPONDER_LIFETIME and notify.protocol == Protocol.ISAKMP:
                        self.life_s = min(proposal.isakmp_life(notify.data) or self.life_s, self.life_s)
            except Malformed:
                continue

    def names(self, vendor_id: bytes) -> bool:
        """Whether the peer sent a vendor ID; after 14 bytes comes a version that does not count."""
        for known in self.vendor_ids:
            if known[:14] == vendor_id[:14]:
                return True
        return False


class Aggressive(WantsSecret):
    """One attempt: `start`, then `process` for each AM2 until one is proven. AM3 leaves in a later turn, when g^xy is there."""

    def __init__(self, sa: IsakmpSa, pair: KeyPair) -> None:
        self.sa = sa
        self.pair = pair
        self.nonce = sa.core.random(NONCE_BYTES)
        self.offer = proposal.phase1_proposal(sa.attempt.transforms, AUTHS)
        self.sa_body = b""
        self.id_body = b""
        self.accepted: "Accepted | None" = None  # AM2 is proven
        self._skeyid = bytearray()
        self._peer_public = b""
        self.exchange = Exchange(ExchangeType.AGGRESSIVE, 0, b"", 0, self)

    def start(self, now: int) -> None:
        """AM1."""
        sa = self.sa
        w = sa.writer(ExchangeType.AGGRESSIVE, 0)
        w.begin(Payload.SA)
        at = w.at
        write_sa(w, (self.offer,))
        # RFC 2409 5: SAi_b is the entire body of the SA payload as the initiator sent it; both hashes need these bytes.
        self.sa_body = bytes(w.buf[at : w.at])
        w.end()
        w.add(Payload.KE, self.pair.public)
        w.add(Payload.NONCE, self.nonce)
        w.begin(Payload.ID)
        at = w.at
        write_id(w, Identity(IdType.KEY_ID, ID_PROTOCOL, ID_PORT, sa.attempt.group_name))
        self.id_body = bytes(w.buf[at : w.at])
        w.end()
        for vendor_id in VENDOR_IDS:
            w.add(Payload.VID, vendor_id)
        total = w.finish()
        sa.keep(self.exchange)
        sa.send(self.exchange, w, bytes(w.buf[:total]), Sent.REQUEST, now)

    def wipe(self) -> None:
        """Forget what is secret."""
        self.sa.secrets.forget(self)
        self.pair.wipe()
        wipe(self._skeyid)

    def process(
        self, view: memoryview, header: Header, parts: "list[Part]", now: int, source: "tuple[int, bytes, int]"
    ) -> None:
        """AM2: prove it, then want g^xy. Raises `Refused` and changes nothing that matters if it proves nothing."""
        sa = self.sa
        crypto = sa.core.crypto
        if header.responder_cookie == NO_COOKIE:
            raise Refused("cookie", "AM2 without a responder cookie")
        part = require(parts, Payload.SA)
        body = parse_sa(view, part.start, part.end)
        _, agreed = proposal.agree(body, self.offer, IkeAttribute.LIFE_TYPE, IkeAttribute.AUTHENTICATION)
        # The offer repeats the transforms once per authentication method.
        transform = sa.attempt.transforms[agreed.index % len(sa.attempt.transforms)]
        part = require(parts, Payload.NONCE)
        peer_nonce = bytes(view[part.start : part.end])
        if not NONCE_LEAST <= len(peer_nonce) <= NONCE_MOST:
            raise Refused("nonce", "nonce of " + str(len(peer_nonce)) + " bytes")
        part = require(parts, Payload.ID)
        identity = parse_id(view, part.start, part.end)
        id_body = bytes(view[part.start : part.end])
        part = require(parts, Payload.KE)
        peer_public = bytes(view[part.start : part.end])
        check_value(transform.group, peer_public)
        # RFC 2409 5.4: SKEYID needs the nonces only, so a forged AM2 costs no Diffie-Hellman.
        skeyid = keys.skeyid_psk(crypto, transform.hash, sa.attempt.psk, self.nonce, peer_nonce)
        part = require(parts, Payload.HASH)
        hash_r = keys.auth_hash(
            crypto,
            transform.hash,
            skeyid,
            peer_public,
            self.pair.public,
            header.responder_cookie,
            sa.initiator_cookie,
            self.sa_body,
            id_body,
        )
        if not crypto.equal(view[part.start : part.end], hash_r):
            wipe(skeyid)
            sa.wrong_hash = True
            sa.hint(NotifyType.AUTHENTICATION_FAILED, "HASH_R does not verify: the group key differs")
            raise Refused("hash", "HASH_R does not verify")
        # From here on the gateway is proven to know the group key.
        sa.responder_cookie = header.responder_cookie
        sa.wrong_hash = False
        accepted = Accepted(transform, agreed, id_text(identity))
        accepted.hear_lifetimes(view, parts)
        accepted.vendor_ids = [bytes(view[p.start : p.end]) for p in parts if p.type == Payload.VID]
        sa.natt.flavour = natt.flavour_of(accepted.vendor_ids)
        sa.find_nat(view, parts, transform.hash, source)
        sa.float_port()
        sa.lines.phase1(accepted, agreed.index, accepted.vendor_ids)
        self.accepted = accepted
        self._skeyid, self._peer_public = skeyid, peer_public
        sa.secrets.want(self, self.pair, peer_public, now)

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        """Derive the keys, send AM3."""
        sa, accepted = self.sa, self.accepted
        if accepted is None:
            raise ValueError("no AM2 was proven")
        crypto, transform, hash = sa.core.crypto, accepted.transform, accepted.transform.hash
        phase1 = keys.derive(
            crypto,
            hash,
            self._skeyid,
            g_xy,
            sa.initiator_cookie,
            sa.responder_cookie,
            transform.cipher,
            keys.phase1_key_bytes(transform.cipher, transform.key_bits),
        )
        wipe(g_xy)
        hash_i = keys.auth_hash(
            crypto,
            hash,
            self._skeyid,
            self.pair.public,
            self._peer_public,
            sa.initiator_cookie,
            sa.responder_cookie,
            self.sa_body,
            self.id_body,
        )
        wipe(self._skeyid)
        sa.protection = Protection(crypto, hash, transform.cipher, phase1, b"")
        iv = keys.phase1_iv(crypto, hash, self.pair.public, self._peer_public, BLOCK_BYTES[transform.cipher])
        self._send_am3(hash_i, iv, now)
        sa.phase1_answered(now)

    def _send_am3(self, hash_i: bytes, iv: bytes, now: int) -> None:
        sa = self.sa
        protection = sa.sealed()
        w = sa.writer(ExchangeType.AGGRESSIVE, 0)
        w.add(Payload.HASH, hash_i)
        sa.add_nat_d(w, protection.hash)
        packet, protection.last_block = protection.seal(w, iv)
        # Nothing answers AM3, but a gateway that lost it just waits: repeat it until something encrypted comes.
        sa.send(self.exchange, w, packet, Sent.REQUEST, now)
