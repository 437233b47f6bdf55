"""TFTP packets, held against RFC 1350."""

import pytest

from ezvpn.wire import tftp


def test_requests_data_and_acknowledgements():
    assert tftp.request(tftp.READ, "a/b") == b"\0\1a/b\0octet\0"
    assert tftp.request(tftp.WRITE, "x") == b"\0\2x\0octet\0"
    assert tftp.parse(tftp.data(0x102, b"abc")) == (tftp.DATA, 0x102, b"abc")
    assert tftp.parse(memoryview(tftp.ack(65535))) == (tftp.ACK, 65535, b"")
    assert tftp.parse(tftp.error(1, "no such file")) == (tftp.ERROR, 1, b"no such file")
    assert tftp.parse(b"\0\5\0\2") == (tftp.ERROR, 2, b"")


@pytest.mark.parametrize("data", [b"", b"\0\3\0", b"\0\1x\0octet\0", b"\0\4\0\1x", b"\0\3\0\1" + bytes(513), b"\0\6ab"])
def test_what_no_server_sends(data):
    assert tftp.parse(data) is None
