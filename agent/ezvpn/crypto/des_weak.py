"""The weak and semi-weak keys of single DES, which IKE has to skip (RFC 2409 Appendix A and B).

Not here: DES itself (`des3`). The values are those of FIPS 74; RFC 2409 prints two of the weak keys with their halves
misprinted (1F1F 1F1F E0E0 E0E0), which are ordinary keys.
"""

# Encryption equals decryption under the first four; each pair of the others undoes the other.
WEAK_KEYS = (
    b"\x01\x01\x01\x01\x01\x01\x01\x01",
    b"\xfe\xfe\xfe\xfe\xfe\xfe\xfe\xfe",
    b"\x1f\x1f\x1f\x1f\x0e\x0e\x0e\x0e",
    b"\xe0\xe0\xe0\xe0\xf1\xf1\xf1\xf1",
)
SEMI_WEAK_PAIRS = (
    (b"\x01\xfe\x01\xfe\x01\xfe\x01\xfe", b"\xfe\x01\xfe\x01\xfe\x01\xfe\x01"),
    (b"\x1f\xe0\x1f\xe0\x0e\xf1\x0e\xf1", b"\xe0\x1f\xe0\x1f\xf1\x0e\xf1\x0e"),
    (b"\x01\xe0\x01\xe0\x01\xf1\x01\xf1", b"\xe0\x01\xe0\x01\xf1\x01\xf1\x01"),
    (b"\x1f\xfe\x1f\xfe\x0e\xfe\x0e\xfe", b"\xfe\x1f\xfe\x1f\xfe\x0e\xfe\x0e"),
    (b"\x01\x1f\x01\x1f\x01\x0e\x01\x0e", b"\x1f\x01\x1f\x01\x0e\x01\x0e\x01"),
    (b"\xe0\xfe\xe0\xfe\xf1\xfe\xf1\xfe", b"\xfe\xe0\xfe\xe0\xfe\xf1\xfe\xf1"),
)


def is_weak(key: "bytes | bytearray") -> bool:
    """Whether these 8 bytes are a weak or semi-weak key. The lowest bit of each byte is parity and does not count."""
    for weak in WEAK_KEYS:
        if _same(key, weak):
            return True
    for one, other in SEMI_WEAK_PAIRS:
        if _same(key, one) or _same(key, other):
            return True
    return False


def _same(key: "bytes | bytearray", weak: bytes) -> bool:
    differ = 0
    for i in range(8):
        differ |= (key[i] ^ weak[i]) & 0xFE
    return differ == 0
