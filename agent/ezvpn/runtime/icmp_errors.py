"""What the kernel keeps of an ICMP error about a datagram of ours (ip(7), IP_RECVERR; linux/errqueue.h).

Dual; both runtimes' `udp` read the error queue with `recvmsg` and ask here. Not here: sockets.
"""

import struct

IP_RECVERR = 11
MSG_ERRQUEUE = 0x2000
ERRORS_MOST = 16  # read a turn
ANCILLARY_BYTES = 64  # holds struct sock_extended_err with the address behind it
_IPPROTO_IP = 0
_ERROR = "@IBBB"  # errno, origin, ICMP type and code
_ORIGIN_ICMP = 2
_UNREACHABLE, _FRAGMENTATION_NEEDED = 3, 4  # RFC 792: a type, and the one code of it that is about size


def is_unreachable(ancillary: "list[tuple[int, int, bytes]]") -> bool:
    """Whether (level, type, data) rows tell of a host, net, port … that ICMP has called unreachable."""
    for level, kind, data in ancillary:
        if (level, kind) == (_IPPROTO_IP, IP_RECVERR) and len(data) >= struct.calcsize(_ERROR):
            _, origin, type_, code = struct.unpack_from(_ERROR, data)
            if origin == _ORIGIN_ICMP and type_ == _UNREACHABLE and code != _FRAGMENTATION_NEEDED:
                return True
    return False
