"""Records, secrets and the log ring print and compare the same."""

from ezvpn.compat import const
from ezvpn.log import CATALOG, Ring
from ezvpn.record import Record, Secret, wipe


class Keyed(Record):
    _fields = ("name", "key", "at")
    _hidden = ("key",)

    def __init__(self, name, key, at):
        self.name = name
        self.key = key
        self.at = at


print(
    Keyed("a", b"swordfish", 2**30 + 7),
    Keyed("a", b"1", 2) == Keyed("a", b"1", 2),
    Keyed("a", b"1", 2) == Keyed("a", b"2", 2),
)
secret = Secret("swordfish")
print(secret, repr(secret), [secret], f"{secret}", f"{secret!r}")
print(secret.same(Secret(b"swordfish")), secret.same(Secret("x")), secret == Secret("swordfish"), secret.reveal())
secret.wipe()
key = bytearray(b"\xff" * 3)
wipe(key)
print(secret.reveal(), key, const(7))
ring = Ring(3)
for at in range(2**30 - 2, 2**30 + 3):
    ring.add(at, "SESSION_STATUS", "UP", "203.0.113.1", 4500, "group")
print(ring.after(0), ring.after(4), ring.after(1)[1][0].text())
print([(name, CATALOG[name][1]) for name in sorted(CATALOG)])
