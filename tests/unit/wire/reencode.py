"""Decode a whole message into records and encode it again: what one side of a codec says, the other must mean."""

from ezvpn.wire.attributes import parse_config, write_config
from ezvpn.wire.isakmp import HEADER_BYTES, MessageWriter, Payload, parse_chain, parse_header
from ezvpn.wire.notify import parse_delete, parse_notify, write_delete, write_notify
from ezvpn.wire.payloads import parse_id, write_id
from ezvpn.wire.sa import parse_sa, write_sa


def reencode(message: bytes, padded_to: int) -> bytes:
    view = memoryview(message)
    header = parse_header(view)
    parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
    buf = bytearray(b"\xa5" * (len(message) + 64))
    w = MessageWriter(buf, header.initiator_cookie, header.responder_cookie, header.exchange, header.message_id)
    w.set_flags(header.flags)
    for part in parts:
        w.begin(part.type)
        if part.type == Payload.SA:
            write_sa(w, parse_sa(view, part.start, part.end).proposals)
        elif part.type == Payload.ID:
            write_id(w, parse_id(view, part.start, part.end))
        elif part.type == Payload.N:
            write_notify(w, parse_notify(view, part.start, part.end))
        elif part.type == Payload.D:
            write_delete(w, parse_delete(view, part.start, part.end))
        elif part.type == Payload.ATTR:
            write_config(w, parse_config(view, part.start, part.end))
        else:
            w.put(view[part.start : part.end])
        w.end()
    length = w.finish(padded_to)
    assert bytes(buf[length:]) == b"\xa5" * (len(buf) - length)
    return bytes(buf[:length])
