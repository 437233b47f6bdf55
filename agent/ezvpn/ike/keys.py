"""Every derivation of IKEv1 as a pure function of a `Crypto`: SKEYID chain, hashes, IVs, KEYMAT, NAT-D.

RFC 2409 section 5 (SKEYID, HASH_I, HASH_R), 5.5 (quick mode hashes, KEYMAT), 5.7 (informational), Appendix B (cipher
keys and IVs); draft-dukes-ike-mode-cfg-02 3.1.1 (transaction hash); RFC 3947 3.2 (NAT-D). Not here: messages, state, and
which value is checked when. `hash` is the negotiated hash by its name in `crypto.port`; prf is its HMAC. Message IDs
are ints, cookies 8 bytes, `*_body` payload bodies without the 4-byte generic header, DH values at group length.
"""

from ezvpn.crypto import esp_suite
from ezvpn.crypto.des_weak import is_weak
from ezvpn.crypto.port import Crypto
from ezvpn.crypto.prf import keyed_by_secret
from ezvpn.ike.params import EspTransform
from ezvpn.record import Secret, wipe

# Phase 1 cipher keys of fixed length, by the cipher names of `Phase1Transform`.
_PHASE1_FIXED_KEY = {"des": 8, "3des": 24}


class Phase1Keys:
    """The key chain of one ISAKMP SA. All are bytearrays; `wipe` zeroes them. Never printed."""

    def __init__(
        self, skeyid: bytearray, skeyid_d: bytearray, skeyid_a: bytearray, skeyid_e: bytearray, cipher_key: bytearray
    ) -> None:
        self.skeyid = skeyid
        self.skeyid_d = skeyid_d
        self.skeyid_a = skeyid_a
        self.skeyid_e = skeyid_e
        self.cipher_key = cipher_key

    def wipe(self) -> None:
        """Zero every key."""
        wipe(self.skeyid)
        wipe(self.skeyid_d)
        wipe(self.skeyid_a)
        wipe(self.skeyid_e)
        wipe(self.cipher_key)

    def __repr__(self) -> str:
        return "<phase 1 keys>"


def skeyid_psk(crypto: Crypto, hash: str, psk: Secret, ni: bytes, nr: bytes) -> bytearray:
    """SKEYID = prf(pre-shared-key, Ni_b | Nr_b) (RFC 2409 5.4 with 5)."""
    return bytearray(keyed_by_secret(crypto, hash, psk, bytes(ni) + bytes(nr)))


def derive(
    crypto: Crypto,
    hash: str,
    skeyid: "bytes | bytearray",
    g_xy: "bytes | bytearray",
    icookie: bytes,
    rcookie: bytes,
    cipher: str,
    key_bytes: int,
) -> Phase1Keys:
    """SKEYID_d, _a, _e (RFC 2409 5) and the cipher key (Appendix B). `key_bytes` as from `phase1_key_bytes`."""
    tail = bytearray(g_xy)  # at group length: a dropped leading zero would change every key
    tail += icookie
    tail += rcookie
    skeyid_d = bytearray(crypto.hmac(hash, skeyid, tail + b"\x00"))
    skeyid_a = bytearray(crypto.hmac(hash, skeyid, skeyid_d + tail + b"\x01"))
    skeyid_e = bytearray(crypto.hmac(hash, skeyid, skeyid_a + tail + b"\x02"))
    wipe(tail)
    key = cipher_key(crypto, hash, skeyid_e, cipher, key_bytes)
    return Phase1Keys(bytearray(skeyid), skeyid_d, skeyid_a, skeyid_e, key)


def phase1_key_bytes(cipher: str, key_bits: int) -> int:
    """Key bytes of a `Phase1Transform`'s cipher; 3DES and DES have a fixed length and carry key_bits 0."""
    return _PHASE1_FIXED_KEY.get(cipher, key_bits // 8)


def cipher_key(crypto: Crypto, hash: str, skeyid_e: "bytes | bytearray", cipher: str, key_bytes: int) -> bytearray:
    """The key that encrypts ISAKMP messages, from SKEYID_e (RFC 2409 Appendix B)."""
    if cipher == "des":
        return _des_key(crypto, hash, skeyid_e)
    if len(skeyid_e) >= key_bytes:
        return bytearray(skeyid_e[:key_bytes])
    # "the key … would be the first [n] bits of Ka, where Ka = K1 | K2 | K3 and K1 = prf(SKEYID_e, 0)": SKEYID_e itself
    # is then no part of the key.
    stream = bytearray()
    block: "bytes | bytearray" = b"\x00"
    while len(stream) < key_bytes:
        block = crypto.hmac(hash, skeyid_e, block)
        stream += block
    key = stream[:key_bytes]
    wipe(stream)
    return key


def _des_key(crypto: Crypto, hash: str, skeyid_e: "bytes | bytearray") -> bytearray:
    # "The key for DES-CBC is derived from the first eight (8) non-weak and non-semi-weak bytes of SKEYID_e." The text
    # does not say what follows SKEYID_e when all of it is weak; Ka goes on, so there is always an answer.
    source = bytearray(skeyid_e)
    block: "bytes | bytearray" = b"\x00"
    at = 0
    while True:
        if at + 8 > len(source):
            block = crypto.hmac(hash, skeyid_e, block)
            source += block
        key = source[at : at + 8]
        if not is_weak(key):
            wipe(source)
            return key
        at += 8


def phase1_iv(crypto: Crypto, hash: str, g_xi: bytes, g_xr: bytes, block: int) -> bytes:
    """IV of the first encrypted phase 1 message: hash(g^xi | g^xr), cut to the block size (Appendix B)."""
    return crypto.hash(hash, bytes(g_xi) + bytes(g_xr))[:block]


def phase2_iv(crypto: Crypto, hash: str, last_block: bytes, message_id: int, block: int) -> bytes:
    """IV of the first message of a message ID: hash(last phase 1 block | M-ID), cut to the block size (Appendix B)."""
    return crypto.hash(hash, bytes(last_block) + message_id.to_bytes(4, "big"))[:block]


def auth_hash(
    crypto: Crypto,
    hash: str,
    skeyid: "bytes | bytearray",
    own_public: bytes,
    peer_public: bytes,
    own_cookie: bytes,
    peer_cookie: bytes,
    sa_body: bytes,
    id_body: bytes,
) -> bytes:
    """HASH_I with the initiator's values as `own`, HASH_R with the responder's (RFC 2409 5).

    `sa_body` is in both cases the whole SA body as the initiator sent it, with every transform.
    """
    data = bytes(own_public) + bytes(peer_public) + own_cookie + peer_cookie + bytes(sa_body) + bytes(id_body)
    return crypto.hmac(hash, skeyid, data)


def message_hash(
    crypto: Crypto,
    hash: str,
    skeyid_a: "bytes | bytearray",
    message_id: int,
    rest: "bytes | bytearray | memoryview",
    nonce: bytes = b"",
) -> bytes:
    """prf(SKEYID_a, M-ID | nonce | rest): informational, transaction and quick 1 without a nonce, quick 2 with Ni_b.

    `rest` is everything after the HASH payload as it stands in the message, without the encryption padding.
    """
    data = bytearray(message_id.to_bytes(4, "big"))
    data += nonce
    data += rest
    return crypto.hmac(hash, skeyid_a, data)


def quick3_hash(
    crypto: Crypto, hash: str, skeyid_a: "bytes | bytearray", message_id: int, ni: bytes, nr: bytes
) -> bytes:
    """HASH(3) = prf(SKEYID_a, 0 | M-ID | Ni_b | Nr_b); the zero is "a single octet" (RFC 2409 5.5)."""
    return crypto.hmac(hash, skeyid_a, b"\x00" + message_id.to_bytes(4, "big") + bytes(ni) + bytes(nr))


def keymat(
    crypto: Crypto,
    hash: str,
    skeyid_d: "bytes | bytearray",
    protocol: int,
    spi: bytes,
    ni: bytes,
    nr: bytes,
    g_xy: "bytes | bytearray",
    length: int,
) -> bytearray:
    """KEYMAT of one direction, `length` bytes (RFC 2409 5.5). `spi` was chosen by the receiver; `g_xy` is b"" without PFS.

    K1 = prf(SKEYID_d, [g(qm)^xy |] protocol | SPI | Ni_b | Nr_b), each further block with the last one in front.
    """
    seed = bytearray(g_xy)
    seed.append(protocol)
    seed += spi
    seed += ni
    seed += nr
    stream = bytearray()
    block = b""
    while len(stream) < length:
        block = crypto.hmac(hash, skeyid_d, block + seed)
        stream += block
    key = stream[:length]
    wipe(stream)
    wipe(seed)
    return key


def esp_key_lengths(transform: EspTransform) -> "tuple[int, int]":
    """(cipher key bytes with the GCM salt, authentication key bytes): KEYMAT is their sum, cipher key first."""
    cipher = esp_suite.FIXED_KEY_BYTES.get(transform.cipher, transform.key_bits // 8)
    if transform.cipher == "aes-gcm":
        cipher += esp_suite.GCM_SALT_BYTES
    return cipher, esp_suite.AUTH_KEY_BYTES[transform.auth]


def nat_d(crypto: Crypto, hash: str, icookie: bytes, rcookie: bytes, address: bytes, port: int) -> bytes:
    """HASH(CKY-I | CKY-R | IP | Port) with the plain hash, not its HMAC (RFC 3947 3.2). `address` is 4 bytes."""
    return crypto.hash(hash, bytes(icookie) + bytes(rcookie) + address + port.to_bytes(2, "big"))
