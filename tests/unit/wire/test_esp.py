import pytest

from ezvpn.wire.esp import ESP, IKE, KEEPALIVE, SHORT, classify, sequence_of, spi_of


# SOURCE: RFC 3948 2.1 to 2.4.
@pytest.mark.parametrize(
    ("datagram", "kind"),
    [
        ("ff", KEEPALIVE),
        ("fe", SHORT),
        ("", SHORT),
        ("ffff", SHORT),
        ("000000", SHORT),
        ("00000000", IKE),
        ("00000000ff", IKE),  # vpnc's five-byte keepalive: no ISAKMP header, refused there
        ("00000000" + "11" * 28, IKE),
        ("c0ffee01", SHORT),
        ("c0ffee01000000", SHORT),
        ("c0ffee0100000001", ESP),
        ("0000000100000001", ESP),
        ("ff00000000000000", ESP),
    ],
)
def test_what_a_datagram_on_the_natt_port_is(datagram: str, kind: int) -> None:
    data = bytes.fromhex(datagram)
    assert classify(data) == kind
    assert classify(memoryview(bytearray(data))) == kind


def test_spi_and_sequence_number() -> None:
    packet = memoryview(bytes.fromhex("c0ffee01fffffffe00"))
    assert (spi_of(packet), sequence_of(packet)) == (0xC0FFEE01, 0xFFFFFFFE)
