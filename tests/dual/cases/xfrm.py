"""Requests for the kernel's IPsec, byte by byte, and what is read of them."""

from binascii import hexlify

from ezvpn.wire import xfrm

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
