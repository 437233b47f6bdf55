"""How the kernel is asked for a TUN device, and what to do where it refuses (tuntap.txt of the kernel, linux/if_tun.h).

Dual; both runtimes' `tundev` open the device with it. Not here: descriptors.
"""

import errno
import struct

DEVICE = "/dev/net/tun"
TUNSETIFF = 0x400454CA
_IFF_TUN = 0x0001
_IFF_NO_PI = 0x1000
_IFF_TUN_EXCL = 0x8000
_IFREQ = "@16sH22x"  # struct ifreq: name, flags
_EBUSY, _ENXIO = 16, 6  # not in MicroPython's errno
_CAP_NET_ADMIN = 12  # linux/capability.h


def request(name: str) -> bytes:
    """What TUNSETIFF takes. name: up to 15 bytes; %d in it lets the kernel choose a number."""
    return struct.pack(_IFREQ, name.encode(), _IFF_TUN | _IFF_NO_PI | _IFF_TUN_EXCL)


def name_of(answer: "bytes | bytearray") -> str:
    """The name that the kernel has given it."""
    return bytes(answer[:16]).split(b"\0")[0].decode()


def advice(number: int, words: str) -> str:
    """An errno's words, with what to do about it."""
    if number in (errno.EPERM, errno.EACCES):
        return words + "; run as root or with CAP_NET_ADMIN, or with --dataplane none"
    if number in (errno.ENOENT, errno.ENODEV, _ENXIO):
        return words + "; load the kernel module tun, or use --dataplane none"
    if number == _EBUSY:
        return words + "; another program holds it"
    return words


def lacks_capability(status: str) -> str:
    """What /proc/self/status says is missing, "" if nothing is."""
    for line in status.split("\n"):
        if line.startswith("CapEff:") and not int(line.split()[1], 16) >> _CAP_NET_ADMIN & 1:
            return "a TUN device needs root or CAP_NET_ADMIN; without it use --dataplane none"
    return ""
