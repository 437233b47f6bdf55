"""Requests for the kernel's IPsec, byte by byte, and what is read of them."""

import struct
from binascii import hexlify

from ezvpn.wire import nlmsg, xfrm, xfrm_news

US, PEER = bytes([198, 51, 100, 2]), bytes([198, 51, 100, 11])
sa = xfrm.Sa(US, PEER, 0x9ABCDEF0, 69)
sa.auth = xfrm.Algorithm("hmac(sha256)", bytes(range(32)), 128)
sa.crypt = xfrm.Algorithm("cbc(aes)", bytes(range(16)))
sa.encap = (4500, 40000)
sa.soft, sa.hard = (3000, 1 << 33), (3600, 1 << 34)
sa.told_after = (1, 600)
policy = xfrm.Policy((US, 32), (bytes(4), 0), xfrm.Direction.FORWARD, 2000, tunnel=(US, PEER, 69))
for message in (
    xfrm.sa_add(sa),
    xfrm.sa_delete(US, PEER, sa.spi),
    xfrm.sa_dump(7),
    xfrm.counters_get(US, PEER, sa.spi),
    xfrm.policy_set(policy),
    xfrm.policy_delete(policy),
    xfrm.policy_dump(),
):
    print(len(message), hexlify(message).decode())
found = xfrm.parse_sa(xfrm.sa_add(sa))
print([getattr(found, name) for name in found._fields])
again = xfrm.parse_policy(xfrm.policy_set(policy))
print([getattr(again, name) for name in again._fields])

# What the kernel announces: an SA that expired, and a peer that moved (linux/xfrm.h).
expired = xfrm_news.parse_expired(
    nlmsg.nlmsg(xfrm_news.EXPIRE, 0, 1, xfrm.sa_add(sa)[16 : 16 + xfrm.SA_BYTES] + b"\1" + bytes(7))
)
print([getattr(expired.sa, name) for name in expired.sa._fields], expired.hard)
body = US + bytes(12) + b"\x80\0\x10\1" + struct.pack("@HBx", 2, 50) + struct.pack("@I", 69)
body += PEER + bytes(12) + bytes([203, 0, 113, 7]) + bytes(12) + b"\x11\x94\x9c\x40"
moved = xfrm_news.parse_moved(nlmsg.nlmsg(xfrm_news.MAPPING, 0, 1, body))
print([getattr(moved, name) for name in moved._fields])
