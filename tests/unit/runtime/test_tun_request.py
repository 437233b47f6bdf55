"""What is asked of the kernel for a TUN device, and what a user reads where it refuses."""

import errno

import pytest

from ezvpn.runtime import tun_request


# SOURCE: linux/if.h, struct ifreq; linux/if_tun.h, IFF_TUN 1, IFF_NO_PI 0x1000, IFF_TUN_EXCL 0x8000
def test_the_request_is_a_struct_ifreq():
    wanted = tun_request.request("ezvpn%d")
    assert len(wanted) == 40
    assert wanted[:16] == b"ezvpn%d".ljust(16, b"\0")
    assert int.from_bytes(wanted[16:18], "little") == 0x9001
    assert tun_request.name_of(bytearray(b"ezvpn0".ljust(16, b"\0") + bytes(24))) == "ezvpn0"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EPERM, "run as root or with CAP_NET_ADMIN"),
        (errno.ENOENT, "load the kernel module tun"),
        (errno.ENXIO, "load the kernel module tun"),
        (errno.EBUSY, "another program holds it"),
        (errno.EMFILE, ""),
    ],
)
def test_a_refusal_says_what_to_do(number, said):
    told = tun_request.advice(number, "words")
    assert told.startswith("words") and said in told
    assert bool(said) == (told != "words")


# SOURCE: proc(5), /proc/PID/status
def test_the_capability_that_is_needed_is_number_12():
    assert tun_request.lacks_capability("Name:\tx\nCapEff:\t0000000000001000\n") == ""
    assert "CAP_NET_ADMIN" in tun_request.lacks_capability("CapEff:\t000001ffffffefff\n")
    assert tun_request.lacks_capability("") == ""
