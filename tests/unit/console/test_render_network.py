"""Interfaces and routes in IOS's layout. Whole screens are in tests/transcript/system.txt."""

from doubles.host import interfaces

from ezvpn.console import render_network
from ezvpn.console.network_facts import RouteFacts


def route(text: str, code: str = "S", gateway: bytes | None = b"\x0a\0\0\1") -> RouteFacts:
    network, prefix = text.split("/")
    return RouteFacts(code, bytes(int(part) for part in network.split(".")), int(prefix), gateway, "eth0", 0)


def routing(*routes: RouteFacts) -> list[str]:
    return render_network.routes(list(routes))[6:]


def test_without_a_default_route() -> None:
    assert "Gateway of last resort is not set" in render_network.routes([])


def test_a_default_route_without_gateway() -> None:
    assert "Gateway of last resort is 0.0.0.0 to network 0.0.0.0" in render_network.routes(
        [route("0.0.0.0/0", gateway=None)]
    )


def test_subnets_of_one_mask_are_headed_by_it() -> None:
    assert routing(route("172.16.1.0/24"), route("172.16.2.0/24"))[0] == "      172.16.0.0/24 is subnetted, 2 subnets"


def test_subnets_of_several_masks() -> None:
    found = routing(route("10.0.0.0/8"), route("10.1.0.0/16"), route("10.1.1.0/24"), route("10.1.1.0/24"))
    assert found[0] == "      10.0.0.0/8 is variably subnetted, 3 subnets, 3 masks"
    assert found[1] == "S        10.0.0.0/8 [1/0] via 10.0.0.1, eth0"
    assert len(found) == 5


def test_a_supernet_stands_alone() -> None:
    assert routing(route("192.168.0.0/16")) == ["S     192.168.0.0/16 [1/0] via 10.0.0.1, eth0"]


def test_a_long_name_moves_the_rest_of_its_line() -> None:
    facts = interfaces()[0]
    facts.name = "GigabitEthernet0/0/0.4095.12"
    assert render_network.ip_interfaces([facts])[1].startswith("GigabitEthernet0/0/0.4095.12 15.0.0.1")


def test_an_unknown_hardware_type() -> None:
    facts = interfaces()[0]
    facts.hardware = 280
    assert "  Hardware is type 280 (eth0), address is 0011.2233.4455 (bia 0011.2233.4455)" in render_network.interfaces(
        [facts], 0
    )
