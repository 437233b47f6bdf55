"""Type 6 secrets: what one interpreter seals the other opens, so both print the same texts."""

from doubles.replay import Chance

from ezvpn.config.render import to_text
from ezvpn.config.text import parse
from ezvpn.config.type6 import DeviceKeys
from ezvpn.crypto.choose import best
from ezvpn.node.vault import Vault
from ezvpn.record import Secret


class Store:
    problem = ""

    def __init__(self):
        self.content = {}

    def read(self, name):
        return self.content.get(name)

    def write(self, name, data):
        self.content[name] = data
        return True


crypto = best(Chance(1))
keys = DeviceKeys(crypto, [bytes(range(32)), bytes(32)])
for size in (1, 15, 16, 17, 300):
    text = keys.seal(b"x" * size)
    print(text, keys.unseal(text) == b"x" * size)
for text in ("", "x", "====", "A", "\xe4", "AQ" * 30, "AQ" * 32):
    print(text.encode(), keys.unseal(text))
store = Store()
vault = Vault(crypto, store, Chance(2))
print(repr(vault.ready()), store.content)
print(repr(vault.change(Secret("open-sesame"))), store.content)
config = parse("crypto ipsec client ezvpn a\n group g key sesame\n username u password p\n").config
stored = to_text(config, vault.seal)
print(stored)
again = parse(stored, Vault(crypto, store, Chance(3)).unseal)
print(to_text(again.config), len(again.warnings))
for problem in parse(stored, None).warnings:
    print(problem.show("f"))
