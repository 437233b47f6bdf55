"""The lines of an interface."""

from ezvpn.config.model import Interface
from unit.config.lines import edited, last, rejected

HEAD = "interface FastEthernet0"


def interface(*lines: str) -> Interface:
    return edited(HEAD, *lines).interfaces[0]


def test_address() -> None:
    made = interface("ip address 10.1.32.14 255.255.255.0")
    assert (made.address, made.mask, made.dhcp) == (b"\x0a\x01\x20\x0e", b"\xff\xff\xff\0", False)
    made = interface("ip address 10.1.32.14 255.255.255.0", "ip address dhcp")
    assert (made.address, made.mask, made.dhcp) == (None, None, True)
    assert interface("ip address dhcp", "no ip address").dhcp is False


def test_addresses_that_no_host_has() -> None:
    assert rejected(HEAD, "ip address 10.1.32.0 255.255.255.0") == "bad mask 255.255.255.0 for address 10.1.32.0"
    assert "bad mask" in rejected(HEAD, "ip address 10.1.32.255 255.255.255.0")
    assert "not an address of a host" in rejected(HEAD, "ip address 224.0.0.1 255.255.255.0")
    assert last(HEAD, "ip address 10.1.32.14 255.0.255.0").status == "invalid"
    # RFC 3021: a /31 has two host addresses.
    assert interface("ip address 10.0.0.0 255.255.255.254").address == b"\x0a\0\0\0"


def test_description_and_shutdown() -> None:
    made = interface("description to  the LAN", "shutdown")
    assert (made.description, made.shutdown) == ("to  the LAN", True)
    made = interface("description x", "no description", "shutdown", "no shutdown")
    assert (made.description, made.shutdown) == ("", False)
    assert "240" in rejected(HEAD, "description " + "x" * 241)


def test_ezvpn_is_outside_unless_said() -> None:
    assert interface("crypto ipsec client ezvpn hq").ezvpn == [("hq", "outside")]
    assert interface("crypto ipsec client ezvpn hq inside").ezvpn == [("hq", "inside")]
    assert interface("crypto ipsec client ezvpn hq inside", "crypto ipsec client ezvpn hq outside").ezvpn == [
        ("hq", "outside")
    ]
    assert interface("crypto ipsec client ezvpn a inside", "crypto ipsec client ezvpn b inside").ezvpn == [
        ("a", "inside"),
        ("b", "inside"),
    ]


def test_no_ezvpn() -> None:
    assert interface("crypto ipsec client ezvpn hq inside", "no crypto ipsec client ezvpn hq").ezvpn == []
    assert "not on this interface" in rejected(HEAD, "no crypto ipsec client ezvpn hq")
    assert "not on this interface" in rejected(
        HEAD, "crypto ipsec client ezvpn hq inside", "no crypto ipsec client ezvpn hq outside"
    )


def test_crypto_map() -> None:
    assert interface("crypto map test").crypto_map == "test"
    assert interface("crypto map test", "no crypto map").crypto_map == ""


def test_lines_without_meaning_are_kept_in_order() -> None:
    made = interface("speed auto", "half-duplex", "ip nat inside", "no ip redirects", "speed 100", "no half-duplex")
    assert [line.text for line in made.kept] == ["speed 100", "ip nat inside", "no ip redirects"]
    assert last(HEAD, "ip access-group 101 in").warnings
    assert not last(HEAD, "speed auto").warnings
