"""Which errors of the kernel's queue mean that a peer cannot be reached."""

import struct

import pytest

from ezvpn.runtime.icmp_errors import IP_RECVERR, is_unreachable


def row(origin=2, type_=3, code=3, level=0, kind=IP_RECVERR):
    # SOURCE: linux/errqueue.h, struct sock_extended_err: errno, origin, type, code, pad, info, data
    return level, kind, struct.pack("@IBBBBII", 111, origin, type_, code, 0, 0, 0)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 13])
def test_host_net_and_port_are(code):
    assert is_unreachable([row(code=code)])


@pytest.mark.parametrize(
    "other", [row(code=4), row(type_=11), row(origin=1), row(level=1), row(kind=8), (0, IP_RECVERR, b"short")]
)
def test_size_time_exceeded_and_local_errors_are_not(other):
    assert not is_unreachable([other])
    assert is_unreachable([other, row()])
    assert not is_unreachable([])
