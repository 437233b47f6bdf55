"""Numbers of the ESP algorithms, and the trailer: what every backend's ESP transform has in common.

RFC 4303 2.4 (padding), 2405 and 2451 (DES, 3DES), 3602 (AES-CBC), 4106 (AES-GCM), 2403, 2404 and 4868 (HMACs). Not here:
ciphers and hashes (`backend_*`), sequence numbers and replay (`dataplane`).
"""

from ezvpn.crypto.port import Crypto, Unsupported

# SPI and sequence number stand in front of the IV.
HEADER_BYTES = 8

# cipher -> (IV bytes in the packet, what packet + padding + 2 must be a multiple of: the cipher's block, at least 4)
CIPHERS = {
    "des": (8, 8),
    "3des": (8, 8),
    "aes-cbc": (16, 16),
    "aes-gcm": (8, 4),
    "null": (0, 4),
}

# Key bytes of the ciphers with one key length.
FIXED_KEY_BYTES = {"des": 8, "3des": 24, "null": 0}
# RFC 4106 8.1: the four octets after the key are the salt, the first part of each nonce.
GCM_SALT_BYTES = 4
GCM_ICV_BYTES = 16

# The authentication key is as long as the hash; the ICV is the HMAC cut to 96 bits, for SHA-2 to half (RFC 4868 2.6).
AUTH_KEY_BYTES = {"": 0, "md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
ICV_BYTES = {"md5": 12, "sha1": 12, "sha256": 16, "sha384": 24, "sha512": 32}

NEXT_HEADER_IPV4 = 4

# "the first octet of padding … is numbered 1, with subsequent padding octets making up a monotonically increasing
# sequence" (RFC 4303 2.4)
PADDING = bytes(range(1, 256))


def check(crypto: Crypto, cipher: str, key: "bytes | bytearray", auth: str, auth_key: "bytes | bytearray") -> None:
    """Raises `Unsupported` for a transform that is not in the backend's lists, and for a key of another length."""
    salt = GCM_SALT_BYTES if cipher == "aes-gcm" else 0
    if (cipher, len(key) - salt) not in crypto.esp_ciphers:
        raise Unsupported(f"ESP cipher {cipher} with {len(key)} bytes of key")
    if salt and auth:
        raise Unsupported("aes-gcm authenticates by itself")
    if not salt and (auth not in crypto.esp_auths or len(auth_key) != AUTH_KEY_BYTES[auth]):
        raise Unsupported(f"ESP authentication {auth!r} with {len(auth_key)} bytes of key")


def trailer(length: int, block: int) -> bytes:
    """Padding, pad length and next header for `length` bytes of packet."""
    pad = -(length + 2) % block
    return PADDING[:pad] + bytes((pad, NEXT_HEADER_IPV4))


def payload_length(plain: "bytes | bytearray | memoryview", length: int) -> int:
    """Bytes of packet in the first `length` decrypted bytes, or -1 if the padding is not 1, 2, 3, …"""
    pad = plain[length - 2]
    payload = length - 2 - pad
    if payload < 0 or bytes(plain[payload : length - 2]) != PADDING[:pad]:
        return -1
    return payload
