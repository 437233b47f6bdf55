"""The contract of a crypto backend: every primitive that IKE and ESP need, and nothing of a protocol.

Level 1: imports nothing of `wire`. Names used everywhere: hashes "md5" "sha1" "sha256" "sha384" "sha512"; block
ciphers "des" "3des" "aes" (key length in bytes: 8, 24, 16/24/32); ESP ciphers "des" "3des" "aes-cbc" "aes-gcm" "null";
ESP authentication "md5" "sha1" "sha256" "sha384" "sha512", and "" with aes-gcm.
Data arguments are bytes, bytearray or memoryview. What a backend lacks it does not list, and asking raises `Unsupported`.
"""

# What a backend with all of it lists: (cipher, key bytes), for ESP without the salt.
HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")
CIPHERS = (("aes", 16), ("aes", 24), ("aes", 32), ("3des", 24), ("des", 8))
GROUPS = (1, 2, 5, 14, 15, 16)
ESP_CIPHERS = (
    ("aes-cbc", 16),
    ("aes-cbc", 24),
    ("aes-cbc", 32),
    ("aes-gcm", 16),
    ("aes-gcm", 24),
    ("aes-gcm", 32),
    ("3des", 24),
    ("des", 8),
    ("null", 0),
)


class Unsupported(Exception):
    """This backend has no such primitive. The caller offered something that is not in the backend's lists: our bug."""


class BadPublicValue(Exception):
    """The peer's DH value has the wrong length or is not in 2 .. p - 2 (RFC 2631 2.1.5): the peer's fault."""


class EspTransformState:
    """Keys and algorithms of one ESP SA in one direction, made by `Crypto.esp`.

    `icv_bytes`, `iv_bytes` and `block_bytes` (what packet + padding + 2 must be a multiple of) serve the MTU arithmetic.
    """

    icv_bytes = 0
    iv_bytes = 0
    block_bytes = 4

    def seal(self, spi: int, sequence: int, packet: memoryview, out: memoryview) -> int:
        """Write the whole ESP packet (SPI .. ICV, RFC 4303 2) for one inner IPv4 packet into `out`; return its length.

        Next header is 4. CBC IVs are unpredictable, GCM IVs are the sequence number, so a sequence number must never be
        used twice with one key. `out` must hold len(packet) + 8 + iv + block + 1 + icv bytes; `out` and `packet` do not overlap.
        """
        raise NotImplementedError

    def open(self, packet: memoryview, out: memoryview) -> int:
        """Check the ICV in constant time, then decrypt the payload of an ESP packet (SPI .. ICV) into `out`.

        Return (length of payload data without padding) * 256 + next header, or -1 for anything that does not verify:
        short packet, wrong ICV, bad pad length, pad bytes not 1, 2, 3, …, a payload that does not fit into
        `out` (a buffer of the packet's length always does). Never raises for a packet's fault.
        """
        raise NotImplementedError

    def wipe(self) -> None:
        """Forget the keys, as far as the library underneath lets us."""
        raise NotImplementedError


class Sharing:
    """A shared value g^xy in the making, by `Crypto.dh_sharing`."""

    def step(self) -> "bytearray | None":
        """A part of the work, where all of it would keep others waiting. None: there is more to do; else g^xy at group length,
        leading zeros kept. Not called again after that."""
        raise NotImplementedError


class _AtOnce(Sharing):
    """For a backend that is fast enough to do it in one step."""

    def __init__(self, crypto: "Crypto", group: int, exponent: "bytes | bytearray", peer: bytes) -> None:
        self._crypto = crypto
        self._group = group
        self._exponent = exponent
        self._peer = peer

    def step(self) -> "bytearray | None":
        return self._crypto.dh_shared(self._group, self._exponent, self._peer)


class Crypto:
    """One backend. Instances hold no per-connection state and may be shared."""

    name = ""
    hashes: "tuple[str, ...]" = ()
    ciphers: "tuple[tuple[str, int], ...]" = ()  # (block cipher, key bytes)
    groups: "tuple[int, ...]" = ()
    esp_ciphers: "tuple[tuple[str, int], ...]" = ()  # (ESP cipher, key bytes without salt)
    esp_auths: "tuple[str, ...]" = ()
    has_scrypt = False

    def hash(self, name: str, data: "bytes | bytearray | memoryview") -> bytes:
        """One-shot digest."""
        raise NotImplementedError

    def hmac(self, name: str, key: "bytes | bytearray | memoryview", data: "bytes | bytearray | memoryview") -> bytes:
        """HMAC (RFC 2104): the prf of IKEv1."""
        raise NotImplementedError

    def cbc_encrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        """CBC without padding; len(data) is a multiple of the block (16 for aes, 8 for des and 3des)."""
        raise NotImplementedError

    def cbc_decrypt(
        self, cipher: str, key: "bytes | bytearray", iv: bytes, data: "bytes | bytearray | memoryview"
    ) -> bytes:
        raise NotImplementedError

    def dh_public(self, group: int, exponent: "bytes | bytearray") -> bytes:
        """g^x mod p at group length, leading zeros kept. `exponent` is big-endian, its length from `dh.EXPONENT_BYTES`."""
        raise NotImplementedError

    def dh_part(self, group: int, exponent: "bytes | bytearray", done: int, value: int) -> "tuple[int, int]":
        """A part of `dh_public`, where all of it would keep others waiting. The first `done` bytes of the exponent have made
        `value` (at first 0 and 1); returned is the same after some more of them. After the last, value is the public one."""
        return len(exponent), int.from_bytes(self.dh_public(group, exponent), "big")

    def dh_shared(self, group: int, exponent: "bytes | bytearray", peer: "bytes | memoryview") -> bytearray:
        """y^x mod p at group length, leading zeros kept. Raises `BadPublicValue` for a value that is not to be used."""
        raise NotImplementedError

    def dh_sharing(self, group: int, exponent: "bytes | bytearray", peer: bytes) -> Sharing:
        """`dh_shared` in steps. `exponent` stays the caller's until the last; a bad value is told by the first at the latest."""
        return _AtOnce(self, group, exponent, peer)

    def esp(self, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> EspTransformState:
        """State for one direction of one ESP SA. For aes-gcm `key` ends with the 4 salt bytes and auth is ""."""
        raise NotImplementedError

    def scrypt(self, password: bytes, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
        """RFC 7914. It wants 128 * n * r bytes of memory, which a small device hasn't: only where `has_scrypt`."""
        raise Unsupported("scrypt")

    def equal(self, a: "bytes | bytearray | memoryview", b: "bytes | bytearray | memoryview") -> bool:
        """Compare in a time that depends on the lengths only."""
        raise NotImplementedError
