"""Frames against bytes written by hand: several in one datagram, acknowledgements and errors, attributes with their padding."""

import sys

import pytest

from ezvpn.wire import nlmsg
from ezvpn.wire.cursor import Malformed

# SOURCE: linux/netlink.h and linux/rtnetlink.h, little-endian, written by hand.
NEW_ADDRESS = bytes.fromhex(
    "2c000000 1400 0200 01000000 00000000"  # length 44, RTM_NEWADDR, MULTI, sequence 1
    "02 18 80 00 03000000"  # AF_INET, /24, index 3
    "0800 0100 c6120001 0900 0300 6574683000 000000"  # IFA_ADDRESS, IFA_LABEL "eth0"
)
ERROR_ENODEV = bytes.fromhex("24000000 0200 0000 01000000 00000000 edffffff") + bytes(16)
ACK = bytes.fromhex("24000000 0200 0000 01000000 00000000 00000000") + bytes(16)
IFA_ADDRESS, IFA_LABEL = 1, 3

little_endian = pytest.mark.skipif(sys.byteorder != "little", reason="these bytes are those of a little-endian host")


@little_endian
def test_written_as_by_hand() -> None:
    body = NEW_ADDRESS[16:24]
    attributes = nlmsg.rtattr(IFA_ADDRESS, NEW_ADDRESS[28:32]) + nlmsg.rtattr(IFA_LABEL, b"eth0\x00")
    assert nlmsg.nlmsg(20, nlmsg.MessageFlag.MULTI, 1, body + attributes) == NEW_ADDRESS


@little_endian
def test_read_as_written_by_hand() -> None:
    assert nlmsg.parse_error(ERROR_ENODEV) == 19
    assert nlmsg.parse_error(memoryview(ACK)) == 0
    assert nlmsg.split_messages(NEW_ADDRESS + ACK) == [
        (20, nlmsg.MessageFlag.MULTI, 1, 0, 44),
        (nlmsg.Control.ERROR, 0, 1, 44, 80),
    ]
    found = nlmsg.Attributes(NEW_ADDRESS, 24)
    assert found.ipv4(IFA_ADDRESS) == bytes([198, 18, 0, 1])
    assert found.value(IFA_LABEL) == b"eth0\x00"


def test_the_last_of_a_repeated_attribute_counts_and_flags_of_its_type_do_not() -> None:
    nested = 0x8000
    found = nlmsg.Attributes(nlmsg.rtattr(4, bytes(4)) + nlmsg.rtattr(4 | nested, b"\x05\x05\x05\x05"), 0)
    assert (found.number(4, 1), found.number(5, 1), found.ipv4(5)) == (0x05050505, 1, None)


@pytest.mark.parametrize("value", [b"", b"\x01\x02\x03", bytes(5)])
def test_a_value_of_another_length_is_malformed(value: bytes) -> None:
    found = nlmsg.Attributes(nlmsg.rtattr(4, value), 0)
    with pytest.raises(Malformed):
        found.number(4, 0)
    with pytest.raises(Malformed):
        found.ipv4(4)


@pytest.mark.parametrize("length", [0, 3, 9, 0xFFFF])
def test_an_attribute_that_lies_about_its_length_is_malformed(length: int) -> None:
    with pytest.raises(Malformed):
        nlmsg.Attributes(length.to_bytes(2, sys.byteorder) + nlmsg.rtattr(4, bytes(4))[2:], 0)


def test_an_error_that_is_cut_or_changed_is_malformed_and_nothing_else() -> None:
    for at in range(len(ACK)):
        for value in (0, 1, 3, 0x80, 0xFF):
            try:
                nlmsg.parse_error(ACK[:at] + bytes([value]) + ACK[at + 1 :])
            except Malformed as fault:
                assert fault.what
    for end in range(20):
        with pytest.raises(Malformed):
            nlmsg.parse_error(ACK[:end])
        with pytest.raises(Malformed):
            nlmsg.parse_error(end.to_bytes(4, sys.byteorder) + ACK[4:end])


@pytest.mark.parametrize("length", [0, 15, 17, 0xFFFFFFFF])
def test_a_datagram_that_is_refused(length: int) -> None:
    whole = nlmsg.nlmsg(18, nlmsg.MessageFlag.REQUEST, 1, bytes(16))
    with pytest.raises(Malformed):
        nlmsg.split_messages(length.to_bytes(4, sys.byteorder) + whole[4:16])
    with pytest.raises(Malformed):
        nlmsg.split_messages(whole + b"\x00")
