"""One word, one token: numbers, addresses, masks, host and interface names."""

import pytest

from ezvpn.config import tokens


def test_split_gives_words_with_columns() -> None:
    assert tokens.split("  ab\tc ") == [(2, "ab"), (5, "c")]
    assert tokens.split("") == []


def test_lex_separates_brackets_and_suffixes() -> None:
    assert tokens.lex("a {b|C.D}$n... [WORD$x] E...") == [
        *("a", "{", "b", "|", "C.D", "}", "$n", "...", "[", "WORD", "$x", "]", "E", "...")
    ]


@pytest.mark.parametrize(
    "word", ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "a.b.c.d", "1.2.3.-4", "٣.1.1.1"]
)
def test_what_is_no_address(word: str) -> None:
    assert tokens.address(word) is None


@pytest.mark.parametrize(
    "word", ["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0/8", "10.0.0.0/8/8", "/8"]
)
def test_what_is_no_prefix(word: str) -> None:
    assert tokens.prefix(word) is None


@pytest.mark.parametrize("word", ["10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32"])
def test_prefix_and_back(word: str) -> None:
    value = tokens.prefix(word)
    assert value is not None and len(value) == 5
    assert tokens.dotted(value) == word


def test_address_and_back() -> None:
    assert tokens.address("10.2.80.209") == b"\x0a\x02\x50\xd1"
    assert tokens.dotted(b"\x0a\x02\x50\xd1") == "10.2.80.209"


@pytest.mark.parametrize(
    ("mask", "good"),
    [
        ("255.255.255.0", True),
        ("0.0.0.0", True),
        ("255.255.255.255", True),
        ("255.0.255.0", False),
        ("0.0.0.255", False),
    ],
)
def test_contiguous(mask: str, good: bool) -> None:
    four = tokens.address(mask)
    assert four is not None
    assert tokens.contiguous(four) is good


@pytest.mark.parametrize("word", ["vpn", "vpn.example", "a-b.c", "3com.example", "10.2.80.209", "x_y", "vpn.example."])
def test_hosts(word: str) -> None:
    assert tokens.is_host(word)


@pytest.mark.parametrize(
    "word", ["10.2.80.300", "12", ".x", "a..b", "-a", "a-", "a b", "a/b", "", "x" * 64, "a." * 127 + "b"]
)
def test_what_is_no_host(word: str) -> None:
    assert not tokens.is_host(word)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("fa0", "FastEthernet0"),
        ("FastEthernet0", "FastEthernet0"),
        ("fastethernet0/1", "FastEthernet0/1"),
        ("gi0/1.20", "GigabitEthernet0/1.20"),
        ("E0", "Ethernet0"),
        ("Eth0", "Ethernet0"),
        ("lo0", "Loopback0"),
        ("vlan1", "Vlan1"),
        ("di1", "Dialer1"),
        # Names of Linux stay what they are.
        ("eth0", "eth0"),
        ("tun0", "tun0"),
        ("wlan0", "wlan0"),
        ("br-lan", "br-lan"),
        ("enp3s0", "enp3s0"),
        ("eth0.10", "eth0.10"),
        ("lo", "lo"),
        # Ambiguous between Tunnel and TenGigabitEthernet.
        ("t0", "t0"),
    ],
)
def test_interface_names(typed: str, name: str) -> None:
    assert tokens.interface_name(typed) == name


@pytest.mark.parametrize("typed", ["", "0", "1/2", "a b", "x" * 48, "eth0;reboot", "a\x00"])
def test_what_is_no_interface(typed: str) -> None:
    assert tokens.interface_name(typed) is None


def test_numbers_are_plain_ascii_within_range() -> None:
    def number(word: str) -> object:
        return tokens.read(tokens.RANGE, "2-60", word, [(0, word)], 0)[0]

    assert [number(word) for word in ("2", "60", "1", "61", "+5", "-5", "5.0", "٣", "", "99999999999999999999")] == [
        *(2, 60, None, None, None, None, None, None, None, None)
    ]


@pytest.mark.parametrize(
    ("line", "value", "took"),
    [
        ("Unity key x", "Unity", 1),
        ('"Remote Users" key x', "Remote Users", 2),
        ('"one" key x', "one", 1),
        ('"a  b\tc" key x', "a  b\tc", 3),
        ('"ends in a blank " key x', "ends in a blank ", 5),
        ('" " key x', " ", 2),
        ('"a\rb" key x', None, 1),
        ('"foo"\xa0x key k', None, 1),
        ('"never closed key x', None, 1),
        ('"" key x', None, 1),
        ('"a b"c key x', None, 1),
        ('a"b key x', 'a"b', 1),
    ],
)
def test_strings(line: str, value: str | None, took: int) -> None:
    assert tokens.read(tokens.STRING, "", line, tokens.split(line), 0) == (value, took)
    if value is not None:
        spelled = tokens.quoted(value) + " key"
        assert tokens.read(tokens.STRING, "", spelled, tokens.split(spelled), 0)[0] == value
