"""Lines of access lists in words and as traffic selectors."""

import pytest

from ezvpn.config import access_words
from ezvpn.ike.params import Selector
from unit.config.lines import edited


def pair(words: str) -> "tuple[Selector, Selector] | None":
    return access_words.selectors(edited("access-list 101 permit " + words).access_lists[0].entries[0])


def test_a_line_names_two_networks() -> None:
    assert pair("ip 10.0.0.0 0.0.0.255 host 10.1.2.3") == (
        Selector(b"\x0a\0\0\0", b"\xff\xff\xff\0"),
        Selector(b"\x0a\1\2\3", b"\xff\xff\xff\xff"),
    )
    assert pair("ip any any") == (Selector(b"\0\0\0\0", b"\0\0\0\0"),) * 2


def test_logging_changes_nothing() -> None:
    assert pair("ip any any log") == pair("ip any any")


def test_protocol_and_ports_are_in_both_selectors() -> None:
    assert pair("tcp any eq 1024 any eq www") == (
        Selector(b"\0\0\0\0", b"\0\0\0\0", 6, 1024),
        Selector(b"\0\0\0\0", b"\0\0\0\0", 6, 80),
    )


@pytest.mark.parametrize(
    "words",
    [
        "ip 10.0.0.0 0.255.0.255 any",
        "tcp any any range 1 5",
        "udp any lt 5 any",
        "tcp any any established",
        "icmp any any echo",
    ],
)
def test_what_no_selector_can_say(words: str) -> None:
    assert pair(words) is None


def test_names_of_ports_depend_on_the_protocol() -> None:
    assert access_words.port_number(6, "www") == 80
    assert access_words.port_number(17, "www") == -1
    assert access_words.port_number(17, "NTP") == 123
    assert [access_words.port_number(6, word) for word in ("", "65535", "65536", "-1", "1x", "000000")] == [
        *(-1, 65535, -1, -1, -1, -1)
    ]


def test_names_and_numbers_of_protocols() -> None:
    for name, number in access_words.PROTOCOLS:
        assert access_words.protocol_number(name) == number
        assert access_words.protocol_word(number) == name
    assert access_words.protocol_word(200) == "200"
