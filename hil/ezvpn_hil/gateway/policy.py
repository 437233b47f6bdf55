"""What a practice gateway allows and gives: one record, filled in by tests or by `__main__`.

Belongs here: data. Not here: behaviour (`session`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector, Split
from ezvpn.wire.inet import ipv4_bytes, mask_bytes

PHASE1 = tuple(
    Phase1Transform(cipher, bits, hash_name, group, 0)
    for group in (14, 5, 2)
    for cipher, bits in (("aes", 256), ("aes", 128), ("3des", 0))
    for hash_name in ("sha256", "sha1")
)
ESP = tuple(
    EspTransform(cipher, bits, auth)
    for cipher, bits in (("aes-cbc", 256), ("aes-cbc", 128), ("3des", 0))
    for auth in ("sha256", "sha1")
)
EVERYTHING = "0.0.0.0/0"


@dataclass
class Policy:
    """address: our own, IDir. pool: addresses to hand out, first free one first. split: networks behind us; empty = the
    whole default route. xauth_rounds: how many REQUESTs before the verdict (the second and later ask for PASSCODE).
    push: send Mode Config as SET instead of waiting for the REQUEST. pfs: only quick modes with this group. any_network: also
    take a quick mode for everything where there is a split list, as Cisco's gateways do: the list is the client's affair."""

    address: bytes = ipv4_bytes("198.51.100.11")
    group: bytes = b"unity"
    key: str = "group-secret"
    users: dict[str, str] = field(default_factory=lambda: {"alice": "alice-pass"})
    phase1: tuple[Phase1Transform, ...] = PHASE1
    esp: tuple[EspTransform, ...] = ESP
    pool: list[bytes] = field(default_factory=lambda: [ipv4_bytes(f"198.18.10.{n}") for n in range(1, 200)])
    split: tuple[str, ...] = ("203.0.113.0/24",)
    banner: str = "Welcome to the practice gateway"
    dns: tuple[str, ...] = ("203.0.113.53",)
    domain: str = "lab.example"
    xauth: bool = True
    xauth_rounds: int = 1
    push: bool = False
    pfs: int = 0
    natt: bool = True
    any_network: bool = False
    held: dict[bytes, list[str]] = field(default_factory=dict)  # address -> its user, once for each session that has it

    def lease(self, user: str, wanted: bytes | None) -> bytes | None:
        """An address for a new session: the one that it asks for, if a session of the same user has it (a client that renews its
        phase 1), else the first free one; None when all are taken."""
        if wanted is not None and user in self.held.get(wanted, []):
            self.held[wanted].append(user)
            return wanted
        if not self.pool:
            return None
        address = self.pool.pop(0)
        self.held[address] = [user]
        return address

    def release(self, address: bytes) -> None:
        """A session with this address ended."""
        users = self.held.get(address, [])
        users[:] = users[1:]
        if not users:
            self.held.pop(address, None)
            self.pool.insert(0, address)

    def networks(self) -> list[Selector]:
        """What the client may reach, as selectors."""
        named = [network(text) for text in self.split]
        return [*named, network(EVERYTHING)] if self.any_network or not named else named

    def mode_config(self, address: bytes) -> ModeConfig:
        """What one client gets."""
        config = ModeConfig()
        config.address = address
        config.netmask = b"\xff\xff\xff\xff"
        config.dns = tuple(ipv4_bytes(text) for text in self.dns)
        config.banner = self.banner
        config.domain = self.domain
        config.split_include = tuple(
            Split(selector.address, selector.mask, 0, 0, 0) for selector in (network(text) for text in self.split)
        )
        return config


def network(text: str) -> Selector:
    """`203.0.113.0/24` as a selector."""
    address, _, length = text.partition("/")
    return Selector(ipv4_bytes(address), mask_bytes(int(length or "32")))
