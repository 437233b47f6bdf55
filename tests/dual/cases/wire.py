"""Codecs: every message of the vectors decoded and encoded again, then cut and changed; both interpreters see the same.

SOURCE: tests/vectors/ike-vectors.json names its own.
"""

import binascii
import json

from ezvpn.wire import attributes, esp, inet, names, netlink, nlmsg, notify, payloads, sa
from ezvpn.wire.cursor import Malformed, Writer
from ezvpn.wire.isakmp import MessageWriter, Payload, parse_chain, parse_header

with open(__file__.rsplit("/", 3)[0] + "/vectors/ike-vectors.json") as file:
    SETS = json.loads(file.read())["messages"]["sets"]

DECODERS = {
    Payload.SA: sa.parse_sa,
    Payload.ID: payloads.parse_id,
    Payload.N: notify.parse_notify,
    Payload.D: notify.parse_delete,
    Payload.ATTR: attributes.parse_config,
}


def encode(w, kind, value):
    if kind == Payload.SA:
        sa.write_sa(w, value.proposals)
    elif kind == Payload.ID:
        payloads.write_id(w, value)
    elif kind == Payload.N:
        notify.write_notify(w, value)
    elif kind == Payload.D:
        notify.write_delete(w, value)
    elif kind == Payload.ATTR:
        attributes.write_config(w, value)
    else:
        w.put(value)


def decode(view, part):
    if part.type in DECODERS:
        return DECODERS[part.type](view, part.start, part.end)
    return bytes(view[part.start : part.end])


def plain(entry):
    message = bytes.fromhex(entry["message"])
    if "plain_payloads" in entry:
        message = message[:28] + bytes.fromhex(entry["plain_payloads"]) + bytes(entry["padding"])
    return message


def show(message):
    view = memoryview(message)
    header = parse_header(view)
    print(names.exchange_name(header.exchange), header)
    buf = bytearray(b"\xa5" * 1500)
    w = MessageWriter(buf, header.initiator_cookie, header.responder_cookie, header.exchange, header.message_id)
    w.set_flags(header.flags)
    parts, end = parse_chain(view, 28, len(view), header.next_payload)
    for part in parts:
        value = decode(view, part)
        print(" ", names.payload_name(part.type), part, value, names.vendor_name(view[part.start : part.end]))
        if part.type == Payload.ID:
            print("   ", payloads.id_text(value))
        w.begin(part.type)
        encode(w, part.type, value)
        w.end()
    print("  padding", len(view) - end, "same", bytes(buf[: w.finish(16 if header.flags & 1 else 1)]) == message)


def walk(message):
    """What the decoders make of any bytes, as text."""
    view = memoryview(message)
    try:
        header = parse_header(view)
        parts, end = parse_chain(view, 28, len(view), header.next_payload)
        said = repr(parts) + str(end)
        for part in parts:
            said += repr(decode(view, part))
        return said
    except Malformed as fault:
        return str(fault.offset) + " " + fault.what


def agree(message):
    """A digest of `walk` over each cut and three changes of each byte."""
    digest = 0
    for end in range(len(message)):
        cut = bytearray(message[:end])
        if end >= 28:
            cut[24:28] = bytes((end >> 24, end >> 16 & 255, end >> 8 & 255, end & 255))
        digest = binascii.crc32(walk(cut).encode(), digest)
    changed = bytearray(message)
    for at in range(len(message)):
        for value in (0, 0xFF, message[at] ^ 1):
            changed[at] = value
            digest = binascii.crc32(walk(changed).encode(), digest)
        changed[at] = message[at]
    return digest


for suite in sorted(SETS):
    for name in sorted(SETS[suite]):
        if name != "cipher_key":
            print(suite, name)
            show(plain(SETS[suite][name]))
for name in ("AM1", "AM2", "XAUTH_REPLY", "R_U_THERE", "DELETE_ESP", "QM1"):
    print(name, agree(plain(SETS["aes-256-sha1"][name])))

for data in (
    b"Gr\xc3\xbc\xc3\x9fe\r\n\x1b[2J",
    b"caf\xe9",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x8c\x8d",
    b"\xe2\x80\xaegnp",
    b"\xc0\xaf",
):
    # encoded, because MicroPython escapes in repr what is not ASCII
    print(
        attributes.clean_text(data).encode(), [name.encode() for name in attributes.split_names(b"a.b, c\x00" + data)]
    )
for data in (
    bytes.fromhex("0a010000ffff00000006000001bb") * 4,
    bytes.fromhex("0a010000ffff0000") * 7,
    b"x",
):
    try:
        print(attributes.parse_split(data))
    except Malformed as fault:
        print(fault.offset, fault.what)

print(inet.ipv4_text(inet.ipv4_bytes("198.51.100.2")), inet.prefix_length(inet.mask_bytes(19)))
packet = bytearray(b"\xa5" * 40)
packet[28:] = b"twelve bytes"
inet.build_udp(packet, 20, b"\xc0\x00\x02\x01", b"\xcb\x00\x71\x01", 500, 4500, 12)
inet.build_ipv4(packet, 0, 17, b"\xc0\x00\x02\x01", b"\xcb\x00\x71\x01", 20, df=True, identification=7)
print(packet.hex(), inet.parse_ipv4(packet), inet.checksum(packet, 0, 20))
print([esp.classify(data) for data in (b"", b"\xff", b"\x00" * 4, b"\x00\x00\x01\x00" * 2, b"\x01" * 7)])

DESTINATION, GATEWAY, SOURCE = b"\xcb\x00\x71\x00", b"\xc6\x12\x00\x09", b"\xc6\x12\x00\x01"
for request in (
    netlink.link_get("eth0"),
    netlink.link_set(3, up=True, mtu=1400, seq=9),
    netlink.address_add(3, SOURCE, 24),
    netlink.route_add(DESTINATION, 24, 3, GATEWAY, SOURCE, metric=5, table=1000),
    netlink.route_lookup(DESTINATION),
):
    print(request.hex(), nlmsg.split_messages(request))
print(netlink.parse_link(netlink.link_set(3, up=True, mtu=1400)))
print(netlink.parse_address(netlink.address_add(3, SOURCE, 24)))
print(netlink.parse_route(netlink.route_add(DESTINATION, 24, 3, GATEWAY, SOURCE, metric=5, table=1000)))

for wrong in (-1, 256, 1 << 32):
    try:
        Writer(bytearray(8)).u8(wrong)
    except ValueError as fault:
        print(wrong, fault)
