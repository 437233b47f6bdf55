"""Where the fields of an ESP packet are, and telling what a datagram on port 4500 is: RFC 4303 2, RFC 3948 2.1 to 2.4.

Belongs here: offsets and classification. Not here: keys, padding and the ICV (`crypto`), windows and SAs (`dataplane`).
"""

SPI_OFFSET = 0
SEQUENCE_OFFSET = 4
HEADER_BYTES = 8  # SPI and sequence number; the IV follows
TRAILER_BYTES = 2  # pad length and next header, before the ICV

SHORT = 0  # nothing that RFC 3948 knows: drop and count
KEEPALIVE = 1  # NAT keepalive: drop; it is no sign of life
IKE = 2  # IKE behind the non-ESP marker
ESP = 3


class NextHeader:
    """What the ESP trailer names (IANA's protocol numbers)."""

    IPV4 = 4
    IPV6 = 41
    NONE = 59  # dummy packet, dropped after the check (RFC 4303 2.6)


def classify(view: "bytes | bytearray | memoryview") -> int:
    """What a datagram received on the NAT-T port is: `KEEPALIVE`, `IKE`, `ESP` or `SHORT`. IKE still has its marker."""
    count = len(view)
    # RFC 3948 2.3: one octet with the value 0xFF.
    if count == 1 and view[0] == 0xFF:
        return KEEPALIVE
    if count < 4:
        return SHORT
    # RFC 3948 2.2: the marker is four zero bytes where ESP has its SPI, and an SPI is never zero.
    if view[0] == 0 and view[1] == 0 and view[2] == 0 and view[3] == 0:
        return IKE
    return ESP if count >= HEADER_BYTES else SHORT


def spi_of(view: "bytes | bytearray | memoryview") -> int:
    """SPI of an ESP packet of at least `HEADER_BYTES`."""
    return view[0] << 24 | view[1] << 16 | view[2] << 8 | view[3]


def sequence_of(view: "bytes | bytearray | memoryview") -> int:
    """Sequence number of an ESP packet of at least `HEADER_BYTES`."""
    return view[4] << 24 | view[5] << 16 | view[6] << 8 | view[7]
