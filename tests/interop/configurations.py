"""Configuration texts for the agent in a lab, as a person would write them.

Belongs here: lines. Not here: who runs them (`edge`), what a gateway accepts (`ezvpn_hil.lab.plan`).
"""

from __future__ import annotations

from ezvpn_hil.lab.agent import six_lines
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.plan import SERVICES, Gateway

CIPHERS = {"3des": "3des", "aes128": "aes", "aes192": "aes 192", "aes256": "aes 256"}
HASHES = {"sha1": "sha", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512"}
GROUPS = {"modp1024": 2, "modp1536": 5, "modp2048": 14, "modp3072": 15, "modp4096": 16}


def connecting(gateway: RunningGateway | Gateway, *peers: str, extra: tuple[str, ...] = (), **changes: str) -> str:
    """The six lines that connect to a gateway, by default to its own address. extra: more lines of the block. changes: other
    `group`, `key`, `user` or `password` than the gateway knows."""
    options = gateway.options if isinstance(gateway, RunningGateway) else gateway
    if not peers:
        assert isinstance(gateway, RunningGateway)
        peers = (gateway.address,)
    text = six_lines(options, *peers)
    user, password = options.users[0]
    known = {"group": options.group, "key": options.psk, "user": user, "password": password}
    said = {**known, **changes}
    for form in ("group {group} key {key}", "username {user} password {password}"):
        text = text.replace(form.format(**known), form.format(**said))
    lines = [f" {line}" for line in extra]
    return text + "".join(line + "\n" for line in lines)


def policy(suite: str) -> str:
    """`crypto isakmp policy 10` for one suite in strongSwan's words, such as aes256-sha512-modp4096."""
    cipher, hash_, group = suite.split("-")
    rows = [
        f"encryption {CIPHERS[cipher]}",
        f"hash {HASHES[hash_]}",
        "authentication pre-share",
        f"group {GROUPS[group]}",
    ]
    return "crypto isakmp policy 10\n" + "".join(f" {row}\n" for row in rows)


def reporting(device: str, broker: str = f"mqtt://{SERVICES}", *extra: str) -> str:
    """The lines that report to a broker."""
    rows = [f"broker {broker}", *extra]
    return f"hostname {device}\nmqtt\n" + "".join(f" {row}\n" for row in rows)


def site_to_site(
    key: str,
    suite: str,
    esp: str,
    *entries: tuple[tuple[str, ...], tuple[str, ...]],
    entry: tuple[str, ...] = (),
    interface: str = "wan0",
) -> str:
    """A crypto map with one entry for each of `entries`: (its peers, the `permit` lines of its access list without that word).
    suite: phase 1 in strongSwan's words. esp: words of the transform set. entry: more lines of every entry."""
    rows = [policy(suite), f"crypto ipsec transform-set SET {esp}\n"]
    for number, (peers, lines) in enumerate(entries, 1):
        rows += [
            f"crypto isakmp key {key} address {peer}\n" for peer in peers if f"address {peer}\n" not in "".join(rows)
        ]
        rows += [f"access-list {100 + number} permit {line}\n" for line in lines]
        rows.append(f"crypto map sites {10 * number} ipsec-isakmp\n")
        rows += [f" set peer {peer}\n" for peer in peers]
        rows += [f" {line}\n" for line in ("set transform-set SET", f"match address {100 + number}", *entry)]
    return "".join(rows) + f"interface {interface}\n crypto map sites\n"
