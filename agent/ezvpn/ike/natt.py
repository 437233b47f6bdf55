"""NAT traversal: which flavour both sides speak, whether there is a NAT and on whose side, and what follows from it.

RFC 3947 (3.1 vendor IDs, 3.2 NAT-D, 4 port float, 5.1 encapsulation numbers, 7 moving peers), RFC 3948 (4 keepalives).
Drafts 02 and 03 differ in numbers only; 00 and 01 have no port float and are not offered.
"""

from ezvpn.crypto.port import Crypto
from ezvpn.ike import keys
from ezvpn.wire.isakmp import Part, Payload
from ezvpn.wire.payloads import VendorId
from ezvpn.wire.sa import Encapsulation


class Flavour:
    """Numbers of one NAT-T version."""

    def __init__(self, vendor_id: bytes, nat_d: int, udp_tunnel: int) -> None:
        self.vendor_id = vendor_id
        self.nat_d = nat_d
        self.udp_tunnel = udp_tunnel


# In order of preference: the first that the peer names too is used (RFC 3947 3.1).
FLAVOURS = (
    Flavour(VendorId.NATT_RFC, Payload.NAT_D, Encapsulation.UDP_TUNNEL),
    Flavour(VendorId.NATT_03, Payload.NAT_D_DRAFT, Encapsulation.UDP_TUNNEL_DRAFT),
    Flavour(VendorId.NATT_02N, Payload.NAT_D_DRAFT, Encapsulation.UDP_TUNNEL_DRAFT),
    Flavour(VendorId.NATT_02, Payload.NAT_D_DRAFT, Encapsulation.UDP_TUNNEL_DRAFT),
)

UNKNOWN_ADDRESS = b"\0\0\0\0"


class NatT:
    """What was found out for one ISAKMP SA. flavour None: the peer knows no NAT-T, ESP goes raw (protocol 50)."""

    def __init__(self) -> None:
        self.flavour: "Flavour | None" = None
        self.we_are_behind = False
        self.peer_is_behind = False

    def encapsulate(self) -> bool:
        """ESP in UDP, IKE on 4500: when either side is behind a NAT."""
        return self.flavour is not None and (self.we_are_behind or self.peer_is_behind)

    def encapsulation(self) -> int:
        """The ENCAPSULATION attribute of quick mode; never both kinds in one offer (RFC 3947 5.1)."""
        if self.flavour is not None and self.encapsulate():
            return self.flavour.udp_tunnel
        return Encapsulation.TUNNEL


def flavour_of(vendor_ids: "list[bytes]") -> "Flavour | None":
    """The best flavour among the peer's vendor IDs."""
    for flavour in FLAVOURS:
        if flavour.vendor_id in vendor_ids:
            return flavour
    return None


def examine(
    natt: NatT,
    view: memoryview,
    parts: "list[Part]",
    crypto: Crypto,
    hash: str,
    cookies: "tuple[bytes, bytes]",
    ours: "tuple[bytes, int]",
    theirs: "tuple[bytes, int]",
) -> None:
    """Compare the peer's NAT-D payloads with what we see. `ours`, `theirs`: (address, port) of this very datagram.

    RFC 3947 3.2: the first NAT-D is about the destination (us), the others about the source. No NAT-D at all: no NAT-T.
    """
    if natt.flavour is None:
        return
    hashes = [bytes(view[part.start : part.end]) for part in parts if part.type == natt.flavour.nat_d]
    if len(hashes) < 2:
        natt.flavour = None
        return
    natt.we_are_behind = hashes[0] != keys.nat_d(crypto, hash, cookies[0], cookies[1], ours[0], ours[1])
    natt.peer_is_behind = keys.nat_d(crypto, hash, cookies[0], cookies[1], theirs[0], theirs[1]) not in hashes[1:]
