"""Notification and Delete payloads: RFC 2408 3.14, 3.15; RFC 2407 4.6.3; RFC 3706 5.3.

Belongs here: layout and the numbers of notifies. Not here: what to do about one (`ike.informational`).
"""

from ezvpn.record import Record
from ezvpn.wire.cursor import Malformed, Writer, need, u16, u32

_MAX_SPIS = 64


class NotifyType:
    """1 to 16383 are errors, from 16384 on status. RFC 2408 3.14.1, RFC 2407 4.6.3, RFC 3706 5.3; from 30000 on Cisco's."""

    INVALID_PAYLOAD_TYPE = 1
    DOI_NOT_SUPPORTED = 2
    SITUATION_NOT_SUPPORTED = 3
    INVALID_COOKIE = 4
    INVALID_MAJOR_VERSION = 5
    INVALID_MINOR_VERSION = 6
    INVALID_EXCHANGE_TYPE = 7
    INVALID_FLAGS = 8
    INVALID_MESSAGE_ID = 9
    INVALID_PROTOCOL_ID = 10
    INVALID_SPI = 11
    INVALID_TRANSFORM_ID = 12
    ATTRIBUTES_NOT_SUPPORTED = 13
    NO_PROPOSAL_CHOSEN = 14
    BAD_PROPOSAL_SYNTAX = 15
    PAYLOAD_MALFORMED = 16
    INVALID_KEY_INFORMATION = 17
    INVALID_ID_INFORMATION = 18
    INVALID_CERT_ENCODING = 19
    INVALID_CERTIFICATE = 20
    CERT_TYPE_UNSUPPORTED = 21
    INVALID_CERT_AUTHORITY = 22
    INVALID_HASH_INFORMATION = 23
    AUTHENTICATION_FAILED = 24
    INVALID_SIGNATURE = 25
    ADDRESS_NOTIFICATION = 26
    NOTIFY_SA_LIFETIME = 27
    CERTIFICATE_UNAVAILABLE = 28
    UNSUPPORTED_EXCHANGE_TYPE = 29
    UNEQUAL_PAYLOAD_LENGTHS = 30
    CONNECTED = 16384
    RESPONDER_LIFETIME = 24576
    REPLAY_STATUS = 24577
    INITIAL_CONTACT = 24578
    CISCO_HELLO = 30000
    CISCO_WWTEBR = 30001
    CISCO_SHUT_UP = 30002
    IOS_KEEP_ALIVE_REQ = 32768
    IOS_KEEP_ALIVE_ACK = 32769
    R_U_THERE = 36136
    R_U_THERE_ACK = 36137
    NETSCREEN_NHTB = 40001
    UNITY_HEARTBEAT = 40500
    UNITY_LOAD_BALANCE = 40501
    UNITY_40502 = 40502
    UNITY_GROUP_HASH = 40503


class Notify(Record):
    """protocol: `sa.Protocol`, 0 when the sender names none. spi and data may be empty."""

    _fields = ("doi", "protocol", "spi", "type", "data")

    def __init__(self, doi: int, protocol: int, spi: bytes, type: int, data: bytes) -> None:
        self.doi = doi
        self.protocol = protocol
        self.spi = spi
        self.type = type
        self.data = data


class Delete(Record):
    """spi_bytes: length of each SPI, 16 (both cookies) for ISAKMP, 4 for ESP. doi: peers send 1 or 0 for ISAKMP."""

    _fields = ("doi", "protocol", "spi_bytes", "spis")

    def __init__(self, doi: int, protocol: int, spi_bytes: int, spis: "tuple[bytes, ...]") -> None:
        self.doi = doi
        self.protocol = protocol
        self.spi_bytes = spi_bytes
        self.spis = spis


def parse_notify(view: "bytes | bytearray | memoryview", start: int, end: int) -> Notify:
    """The body of a notification payload."""
    need(view, start, 8, end, "notification cut off")
    spi_bytes = view[start + 5]
    at = start + 8
    need(view, at, spi_bytes, end, "SPI of a notification cut off")
    return Notify(
        u32(view, start),
        view[start + 4],
        bytes(view[at : at + spi_bytes]),
        u16(view, start + 6),
        bytes(view[at + spi_bytes : end]),
    )


def write_notify(w: Writer, notify: Notify) -> None:
    """The body of a notification payload."""
    w.u32(notify.doi)
    w.u8(notify.protocol)
    w.u8(len(notify.spi))
    w.u16(notify.type)
    w.put(notify.spi)
    w.put(notify.data)


def parse_delete(view: "bytes | bytearray | memoryview", start: int, end: int) -> Delete:
    """The body of a delete payload: one or more SPIs (vpnc sends two in one)."""
    need(view, start, 8, end, "delete cut off")
    spi_bytes = view[start + 5]
    count = u16(view, start + 6)
    if spi_bytes == 0:
        raise Malformed(start + 5, "delete with empty SPIs")
    if not 1 <= count <= _MAX_SPIS:
        raise Malformed(start + 6, "SPI count of a delete not in 1 to 64")
    at = start + 8
    if end - at != spi_bytes * count:
        raise Malformed(at, "SPIs do not fill the delete")
    spis = []
    for _ in range(count):
        need(view, at, spi_bytes, end, "SPI of a delete cut off")
        spis.append(bytes(view[at : at + spi_bytes]))
        at += spi_bytes
    return Delete(u32(view, start), view[start + 4], spi_bytes, tuple(spis))


def write_delete(w: Writer, delete: Delete) -> None:
    """The body of a delete payload."""
    w.u32(delete.doi)
    w.u8(delete.protocol)
    w.u8(delete.spi_bytes)
    w.u16(len(delete.spis))
    for spi in delete.spis:
        if len(spi) != delete.spi_bytes:
            raise ValueError("an SPI has another length than the delete says")
        w.put(spi)
