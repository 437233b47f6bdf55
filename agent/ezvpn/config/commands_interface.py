"""The lines of an `interface NAME` block: their table, and what each does to an `Interface`.

Level 3, pure. Which device of the machine an interface is, and whether its address is set or only compared, is the board's
affair. Lines such as `speed auto` are in `config.kept`.
"""

from ezvpn.config import tokens
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match

INTERFACE = (
    (
        "ip address ~ {A.B.C.D$address MASK$mask|dhcp$dhcp}",
        ("IPv4", "Address of this interface", "Address", "Mask", "Ask a DHCP server"),
        "ip_address",
    ),
    ("description ~ LINE$text", ("Text about this interface", "Up to 240 characters"), "description"),
    ("shutdown ~", ("Switch this interface off",), "shutdown"),
    (
        "crypto ipsec client ezvpn WORD$name ~ [inside|outside]$side",
        (
            "Encryption",
            "IPsec",
            "Client side",
            "Easy VPN remote profile",
            "Name of the profile",
            "Its networks are reached through the tunnel",
            "The tunnel leaves here (default)",
        ),
        "bind_ezvpn",
    ),
    ("crypto map ~ WORD$name", ("", "Site-to-site tunnels leave here", "Name of the crypto map"), "bind_crypto_map"),
)

_MAX_DESCRIPTION = 240
_MAX_BINDINGS = 16


def ip_address(draft: Draft, match: Match) -> None:
    interface = draft.interface()
    address = match.address("address")
    mask = match.address("mask")
    if not match.negate and address is not None and mask is not None:
        _check(address, mask)
    interface.address = None if match.negate else address
    interface.mask = None if match.negate else mask
    interface.dhcp = not match.negate and match.text("dhcp") != ""


def description(draft: Draft, match: Match) -> None:
    text = "" if match.negate else match.text("text")
    if len(text) > _MAX_DESCRIPTION:
        raise Rejected("longer than " + str(_MAX_DESCRIPTION) + " characters", "text")
    draft.interface().description = text


def shutdown(draft: Draft, match: Match) -> None:
    draft.interface().shutdown = not match.negate


def bind_ezvpn(draft: Draft, match: Match) -> None:
    bindings = draft.interface().ezvpn
    name = match.text("name")
    side = match.text("side")
    old = [at for at in range(len(bindings)) if bindings[at][0] == name]
    if match.negate:
        # IOS: without a side the whole binding goes; with one only that.
        if not old or (side and bindings[old[0]][1] != side):
            raise Rejected("profile " + name + " is not on this interface", "name")
        bindings.pop(old[0])
        return
    if old:
        bindings[old[0]] = (name, side or "outside")
        return
    if len(bindings) >= _MAX_BINDINGS:
        raise Rejected("more than " + str(_MAX_BINDINGS) + " profiles on one interface", "name")
    bindings.append((name, side or "outside"))


def bind_crypto_map(draft: Draft, match: Match) -> None:
    draft.interface().crypto_map = "" if match.negate else match.text("name")


SETTERS = {
    "ip_address": ip_address,
    "description": description,
    "shutdown": shutdown,
    "bind_ezvpn": bind_ezvpn,
    "bind_crypto_map": bind_crypto_map,
}


def _check(address: bytes, mask: bytes) -> None:
    """Refuse what is no host address within its subnet. /31 (RFC 3021) and /32 have no network or broadcast address."""
    host = int.from_bytes(address, "big") & (0xFFFFFFFF ^ int.from_bytes(mask, "big"))
    every = 0xFFFFFFFF ^ int.from_bytes(mask, "big")
    if address[0] == 0 or address[0] == 127 or address[0] >= 224:
        raise Rejected(tokens.dotted(address) + " is not an address of a host", "address")
    if every > 1 and host in (0, every):
        raise Rejected("bad mask " + tokens.dotted(mask) + " for address " + tokens.dotted(address), "mask")
