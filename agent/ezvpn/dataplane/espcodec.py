"""How long an ESP packet gets, and so which MTU the tunnel may have (RFC 4303 2, RFC 3948 2.1).

Here: arithmetic on lengths. Not here: the bytes (`crypto` seals and opens them in one step).

    IPv4 20 | UDP 8 if encapsulated | SPI 4 | sequence 4 | IV | packet, padding, pad length 1, next header 1 | ICV
"""

from ezvpn.crypto.port import EspTransformState

IPV4_HEADER = 20
UDP_HEADER = 8
ESP_HEADER = 8  # SPI and sequence number
ESP_TRAILER = 2  # pad length and next header

SMALLEST_MTU = 576  # RFC 791 3.1: every host must accept this much, so a tunnel below it is not worth having
USUAL_PATH_MTU = 1500

# Before a child stands its transform is unknown: room for the largest one we offer (AES-CBC 16 + 16, SHA-512 32, in UDP).
LARGEST_OVERHEAD = IPV4_HEADER + UDP_HEADER + ESP_HEADER + 16 + 15 + ESP_TRAILER + 32


def sealed_length(length: int, state: EspTransformState) -> int:
    """Bytes of the whole ESP packet (SPI .. ICV) around an inner packet of `length` bytes."""
    block = state.block_bytes
    padded = (length + ESP_TRAILER + block - 1) // block * block
    return ESP_HEADER + state.iv_bytes + padded + state.icv_bytes


def mtu_for(path_mtu: int, state: EspTransformState, encap: bool) -> int:
    """The largest inner packet whose ESP packet crosses `path_mtu` unfragmented; never below 576."""
    room = path_mtu - IPV4_HEADER - (UDP_HEADER if encap else 0)
    room -= ESP_HEADER + state.iv_bytes + state.icv_bytes
    block = state.block_bytes
    return max(room // block * block - ESP_TRAILER, SMALLEST_MTU)


def careful_mtu(path_mtu: int) -> int:
    """An MTU that fits whatever transform the gateway will choose."""
    return max(path_mtu - LARGEST_OVERHEAD, SMALLEST_MTU)
