"""`ip route`: static routes by a next hop; other forms are kept."""

from ezvpn.config.render import render
from ezvpn.config.text import parse
from ezvpn.wire.inet import ipv4_text


def routes(text: str) -> "list[str]":
    found = parse(text).config.routes
    return [f"{ipv4_text(each.network)} {ipv4_text(each.gateway)} {each.distance}" for each in found]


def test_routes_in_their_order() -> None:
    text = "ip route 0.0.0.0 0.0.0.0 192.0.2.1\nip route 10.0.0.0 255.0.0.0 192.0.2.2 200\n"
    assert routes(text) == ["0.0.0.0 192.0.2.1 1", "10.0.0.0 192.0.2.2 200"]
    assert [line for line in render(parse(text).config) if line.startswith("ip route")] == text.splitlines()


def test_saying_it_again_changes_the_distance() -> None:
    one = "ip route 10.0.0.0 255.0.0.0 192.0.2.2"
    assert routes(f"{one} 200\n{one}\n") == ["10.0.0.0 192.0.2.2 1"]


def test_no() -> None:
    text = "ip route 10.0.0.0 255.0.0.0 192.0.2.2 200\nno ip route 10.0.0.0 255.0.0.0 192.0.2.2\n"
    assert routes(text) == []
    assert parse("no ip route 10.0.0.0 255.0.0.0 192.0.2.2\n").errors


def test_what_cannot_be_a_route_is_refused() -> None:
    for line, why in (
        ("ip route 10.1.2.3 255.0.0.0 192.0.2.2", "inconsistent address and mask: the network is 10.0.0.0"),
        ("ip route 10.0.0.0 255.0.0.0 224.0.0.1", "not an address of a host"),
    ):
        assert why in parse(line + "\n").errors[0].show("x")[0]
    text = "".join([f"ip route 10.0.{i}.0 255.255.255.0 192.0.2.2\n" for i in range(65)])
    assert "more than 64 static routes" in parse(text).errors[0].show("x")[0]


def test_a_route_through_an_interface_is_kept_and_said_to_have_no_effect() -> None:
    result = parse("ip route 0.0.0.0 0.0.0.0 Dialer1\n")
    assert result.config.routes == []
    assert [kept.text for kept in result.config.kept] == ["ip route 0.0.0.0 0.0.0.0 Dialer1"]
    assert result.warnings
