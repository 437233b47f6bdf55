"""What attach puts into the kernel and in which order, and that detach leaves it as it was."""

import pytest
from doubles.plane_kernel import FakeKernel

from ezvpn.crypto.backend_cpython import Backend
from ezvpn.dataplane.port import Edge, KernelError
from ezvpn.dataplane.tun import TunPlane
from ezvpn.wire.inet import ipv4_bytes
from unit.dataplane.contract import PEER, START, PlaneContract, child_up, mode_config
from unit.dataplane.packets import buffer, packet

SPLIT = ("10.1.0.0/16", "10.2.0.0/16")
ELSEWHERE = ipv4_bytes("203.0.113.7")


def make(kernel=None, **how):
    plane = TunPlane(kernel or FakeKernel(), Backend(), **how)
    plane.start(START)
    return plane


class TestContract(PlaneContract):
    def make(self):
        return make()


def test_attach_with_split_include():
    kernel = FakeKernel()
    make(kernel).attach("vpn", mode_config(split=SPLIT), PEER, START)
    assert kernel.trail == [
        "open ezvpn%d",
        "up ezvpn0",
        "mtu ezvpn0 1399",
        "address 10.99.0.5/32 ezvpn0",
        "write routes",
        "route 198.51.100.1/32 via 192.0.2.1 dev wan proto 69",
        "route 10.1.0.0/16 dev ezvpn0 proto 69",
        "route 10.2.0.0/16 dev ezvpn0 proto 69",
    ]


def test_attach_with_the_whole_default_route():
    kernel = FakeKernel()
    make(kernel).attach("vpn", mode_config(), PEER, START)
    routing = kernel.routing()
    assert "0.0.0.0/1 dev ezvpn0 proto 69" in routing
    assert "128.0.0.0/1 dev ezvpn0 proto 69" in routing
    assert "0.0.0.0/0 via 192.0.2.1 dev wan proto 3" in routing, "the machine's own stays"


def test_a_split_entry_of_everything_is_two_halves_and_equal_ones_are_one():
    kernel = FakeKernel()
    make(kernel).attach("vpn", mode_config(split=("0.0.0.0/0", "10.1.0.0/16", "10.1.0.0/16")), PEER, START)
    into = [words for words in kernel.trail if words.startswith("route") and "ezvpn0" in words]
    assert [words.split()[1] for words in into] == ["0.0.0.0/1", "128.0.0.0/1", "10.1.0.0/16"]


def test_excluded_networks_keep_their_way():
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel)
    plane.attach("vpn", mode_config(exclude=("172.16.0.0/12", "192.0.2.0/24", "0.0.0.0/0")), PEER, START)
    assert "172.16.0.0/12 via 192.0.2.1 dev wan proto 69" in kernel.routing()
    assert len([words for words in kernel.routing() if words.startswith("192.0.2.0/24")]) == 1
    plane.detach("vpn", START)
    assert kernel.state() == before


def test_detach_leaves_all_as_it_was():
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel)
    plane.attach("vpn", mode_config(split=SPLIT), PEER, START)
    plane.install("vpn", child_up(), START)
    plane.detach("vpn", START)
    assert kernel.state() == before


def test_attach_again_replaces():
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel)
    plane.attach("vpn", mode_config("10.99.0.5", split=SPLIT), PEER, START)
    kernel.trail = []
    plane.attach("vpn", mode_config("10.99.0.5", split=SPLIT), PEER, START)
    assert kernel.trail == [], "the same again is no reason to cut connections"
    plane.attach("vpn", mode_config("10.99.0.6", split=SPLIT[:1]), ELSEWHERE, START)
    routing = kernel.routing()
    assert "203.0.113.7/32 via 192.0.2.1 dev wan proto 69" in routing
    assert not any(words.startswith(("198.51.100.1", "10.2.0.0")) for words in routing)
    assert not any(words.startswith(("open", "close")) for words in kernel.trail), (
        "who watches the descriptor need not know"
    )
    assert len(kernel.addresses) == 1
    plane.detach("vpn", START)
    assert kernel.state() == before


def test_attach_again_without_a_way_to_the_new_peer_leaves_nothing():
    kernel = FakeKernel()
    plane = make(kernel)
    plane.attach("vpn", mode_config(split=SPLIT), PEER, START)
    kernel.routes = [entry for entry in kernel.routes if entry.prefix]
    with pytest.raises(KernelError, match="no route to the peer 203.0.113.7"):
        plane.attach("vpn", mode_config(split=SPLIT), ELSEWHERE, START)
    assert not kernel.tun
    assert kernel.files == {}


STEPS = ["open", "up", "address", "route 198", "route 10.1", "route 10.2"]


@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_at_any_step_leaves_nothing(step):
    kernel = FakeKernel()
    plane = make(kernel, resolv_conf="/etc/resolv.conf")
    before = kernel.state()
    config = mode_config(split=SPLIT)
    config.dns = (ipv4_bytes("10.1.0.1"),)
    kernel.refuse = {step: 1}
    with pytest.raises(KernelError):
        plane.attach("vpn", config, PEER, START)
    kernel.refuse = {}
    assert kernel.state() == before
    plane.attach("vpn", config, PEER, START)
    plane.detach("vpn", START)
    assert kernel.state() == before


@pytest.mark.parametrize("step", ["write routes", "write resolv.conf.before", "write /etc/resolv"])
def test_a_full_state_directory_keeps_no_tunnel_down(step):
    kernel = FakeKernel()
    plane = make(kernel, resolv_conf="/etc/resolv.conf")
    config = mode_config(split=SPLIT)
    config.dns = (ipv4_bytes("10.1.0.1"),)
    kernel.refuse = {step: 28}
    plane.attach("vpn", config, PEER, START)
    assert "10.2.0.0/16 dev ezvpn0 proto 69" in kernel.routing()
    assert plane.complaint().startswith("refused by the test")
    assert plane.complaint() == ""
    plane.detach("vpn", START)
    assert "198.51.100.1/32 via 192.0.2.1 dev wan proto 69" not in kernel.routing()


def test_a_network_that_the_machine_routes_itself_is_left_to_it():
    kernel = FakeKernel()
    kernel.add("10.2.0.0/16", device_index=2, protocol=4)
    before = kernel.state()
    plane = make(kernel)
    plane.attach("vpn", mode_config(split=SPLIT), PEER, START)
    assert "10.1.0.0/16 dev ezvpn0 proto 69" in kernel.routing()
    assert plane.complaint().startswith("cannot route 10.2.0.0/16 into the tunnel")
    plane.detach("vpn", START)
    assert kernel.state() == before
    with pytest.raises(KernelError, match="cannot route 10.2.0.0/16"):
        plane.attach("vpn", mode_config(split=SPLIT[1:]), PEER, START)
    assert plane.complaint() == "", "said once"


def test_the_gateways_own_address_in_the_split_list_is_not_routed_into_the_tunnel():
    kernel = FakeKernel()
    make(kernel).attach("vpn", mode_config(split=("198.51.100.1/32", "10.1.0.0/16")), PEER, START)
    assert "198.51.100.1/32 via 192.0.2.1 dev wan proto 69" in kernel.routing()
    assert "10.1.0.0/16 dev ezvpn0 proto 69" in kernel.routing()


def test_two_tunnels_with_one_network_the_second_keeps_it():
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel)
    plane.attach("a", mode_config(split=SPLIT), PEER, START)
    plane.attach("b", mode_config(address="10.98.0.5", split=SPLIT[:1]), ELSEWHERE, START)
    plane.detach("a", START)
    left = [entry for entry in kernel.routes if entry.destination == ipv4_bytes("10.1.0.0")]
    assert [entry.source for entry in left] == [ipv4_bytes("10.98.0.5")]
    assert "10.2.0.0/16 dev ezvpn0 proto 69" not in kernel.routing()
    plane.detach("b", START)
    assert kernel.state() == before


class TestRefresh:
    """What somebody else did to links, addresses and routes is mended; without such a thing nothing is asked for."""

    def up(self, split=()):
        kernel = FakeKernel()
        plane = make(kernel)
        self.before = kernel.state()
        plane.attach("vpn", mode_config(split=split), PEER, START)
        self.after = kernel.state()
        kernel.trail = []
        return kernel, plane

    def test_nothing_happened(self):
        kernel, plane = self.up()
        plane.refresh(START)
        assert kernel.trail == []
        plane.detach("vpn", START)
        kernel.trail = []
        plane.refresh(START)
        assert kernel.trail == []

    @pytest.mark.parametrize("network", ["198.51.100.1", "0.0.0.0/1", "128.0.0.0/1"])
    def test_a_route_of_ours_was_taken_out(self, network):
        kernel, plane = self.up()
        kernel.routes = [r for r in kernel.routes if not kernel._words(r).startswith(network)]
        plane.refresh(START)
        assert kernel.state() == self.after

    def test_the_address_was_taken_out(self):
        kernel, plane = self.up()
        kernel.addresses = []
        plane.refresh(START)
        assert kernel.state() == self.after

    def test_the_device_was_taken_down(self):
        # the kernel forgets the routes through a device that goes down
        kernel, plane = self.up()
        kernel.links[kernel.tun].flags = 0
        kernel.routes = [entry for entry in kernel.routes if entry.device_index != kernel.tun]
        plane.refresh(START)
        assert kernel.state() == self.after
        assert kernel.links[kernel.tun].flags & 1
        assert plane.complaint() == "somebody took the tunnel device down: it is up again"

    def test_the_way_to_the_peer_is_another_one(self):
        # default via 192.0.2.1 --> default via 192.0.2.77
        kernel, plane = self.up()
        kernel.routes = [entry for entry in kernel.routes if entry.gateway != ipv4_bytes("192.0.2.1") or entry.prefix]
        assert plane.route_to(PEER) is None, "our own route proves nothing"
        plane.refresh(START)
        assert "198.51.100.1/32 via 192.0.2.1 dev wan proto 69" in kernel.routing(), "no better way is known"
        kernel.add("0.0.0.0/0", device_index=2, gateway=ipv4_bytes("192.0.2.77"), protocol=3)
        assert plane.route_to(PEER).gateway == ipv4_bytes("192.0.2.77")
        assert plane.route_to(PEER).source == ipv4_bytes("192.0.2.10")
        plane.refresh(START)
        assert [words for words in kernel.routing() if words.startswith("198.51.100.1/32")] == [
            "198.51.100.1/32 via 192.0.2.77 dev wan proto 69"
        ]
        plane.detach("vpn", START)
        assert kernel.files == {}

    def test_the_outside_has_another_mtu(self):
        kernel, plane = self.up()
        kernel.links[2].mtu = 1400
        plane.refresh(START)
        assert kernel.trail == ["mtu ezvpn0 1299"]

    def test_the_device_is_gone(self):
        kernel, plane = self.up()
        kernel.lose_tun()
        kernel.trail = []
        plane.refresh(START)
        assert kernel.trail == [], "the descriptor says so"

    def test_somebodys_own_route_to_the_peer_stays_and_is_replaced_when_it_goes(self):
        kernel = FakeKernel()
        kernel.add("198.51.100.1/32", device_index=2, gateway=ipv4_bytes("192.0.2.9"), protocol=4)
        plane = make(kernel)
        plane.attach("vpn", mode_config(), PEER, START)
        kernel.trail = []
        plane.refresh(START)
        assert kernel.trail == []
        kernel.routes = [entry for entry in kernel.routes if entry.protocol != 4]
        plane.refresh(START)
        assert "198.51.100.1/32 via 192.0.2.1 dev wan proto 69" in kernel.routing()

    def test_a_kernel_that_refuses_is_a_complaint(self):
        kernel, plane = self.up()
        kernel.addresses = []
        kernel.refuse = {"address": 1}
        plane.refresh(START)
        assert plane.complaint() == "cannot set the address 10.99.0.5: refused by the test"


def test_no_route_to_the_peer_is_said():
    kernel = FakeKernel()
    kernel.routes = []
    with pytest.raises(KernelError, match="no route to the peer 198.51.100.1"):
        make(kernel).attach("vpn", mode_config(), PEER, START)
    assert not kernel.tun


def test_a_broken_mask_from_the_gateway():
    kernel = FakeKernel()
    config = mode_config(split=SPLIT)
    config.split_include[0].mask = ipv4_bytes("255.0.255.0")
    before = kernel.state()
    with pytest.raises(KernelError, match="mask with holes for 10.1.0.0"):
        make(kernel).attach("vpn", config, PEER, START)
    assert kernel.state() == before


def test_without_an_address_the_device_has_none():
    """Network extension mode: the inside network speaks for itself."""
    kernel = FakeKernel()
    make(kernel).attach("vpn", mode_config(address="", split=SPLIT), PEER, START)
    assert kernel.addresses == []
    assert "10.1.0.0/16 dev ezvpn0 proto 69" in kernel.routing()


def test_after_kill_9_the_next_start_cleans():
    kernel = FakeKernel()
    before = kernel.state()
    make(kernel).attach("vpn", mode_config(), PEER, START)
    kernel.lose_tun()
    assert kernel.state() != before
    make(kernel)
    assert kernel.state() == before


def test_two_tunnels_share_the_device():
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel)
    plane.attach("a", mode_config("10.99.0.5", split=("10.1.0.0/16",)), PEER, START)
    plane.attach("b", mode_config("10.98.0.5", split=("10.2.0.0/16",)), ELSEWHERE, START)
    assert len([words for words in kernel.trail if words.startswith("open")]) == 1
    assert len(kernel.addresses) == 2
    plane.detach("a", START)
    assert len(kernel.addresses) == 1
    assert not any(words.startswith(("10.1.0.0", "198.51")) for words in kernel.routing())
    assert "10.2.0.0/16 dev ezvpn0 proto 69" in kernel.routing()
    plane.stop(START)
    assert kernel.state() == before


def test_the_mtu_follows_the_transforms():
    kernel = FakeKernel()
    plane = make(kernel)
    plane.attach("vpn", mode_config(), PEER, START)
    link = kernel.links[kernel.tun]
    assert link.mtu == 1399, "room for whatever will be chosen"
    plane.install("vpn", child_up(), START)
    assert link.mtu == 1422 == plane.status(0x1001).mtu
    plane.install("vpn", child_up(child=2, spi_in=0x1002, auth="sha512", auth_bytes=64), START)
    assert link.mtu == 1406 == plane.status(0x1002).mtu
    plane.remove(0x1002, START)
    assert link.mtu == 1422
    plane.remove(0x1001, START)
    assert link.mtu == 1422


def test_a_smaller_path():
    kernel = FakeKernel()
    kernel.links[2].mtu = 1400
    plane = make(kernel)
    plane.attach("vpn", mode_config(), PEER, START)
    plane.install("vpn", child_up(), START)
    assert kernel.links[kernel.tun].mtu == 1326


def test_a_refused_mtu_is_no_reason_to_fail():
    kernel = FakeKernel()
    kernel.refuse = {"mtu": 22}
    plane = make(kernel)
    plane.attach("vpn", mode_config(), PEER, START)
    plane.install("vpn", child_up(), START)


def test_the_peer_moves():
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel)
    plane.attach("vpn", mode_config(exclude=("172.16.0.0/12",)), PEER, START)
    plane.install("vpn", child_up(), START)
    plane.moved(PEER, PEER, 4501)
    plane.moved(PEER, ELSEWHERE, 4502)
    assert "203.0.113.7/32 via 192.0.2.1 dev wan proto 69" in kernel.routing()
    assert "172.16.0.0/12 via 192.0.2.1 dev wan proto 69" in kernel.routing()
    assert not any(words.startswith("198.51") for words in kernel.routing())
    assert plane.table.seal(packet(), buffer())
    assert plane.table.to == (True, ELSEWHERE, 4502)
    plane.detach("vpn", START)
    assert kernel.state() == before


def test_route_to_is_outside_the_tunnel():
    kernel = FakeKernel()
    plane = make(kernel)
    plane.attach("vpn", mode_config(), PEER, START)
    assert plane.route_to(PEER).device == "wan"
    assert plane.route_to(ELSEWHERE).device == "wan"


def test_edges_and_status():
    plane = make()
    plane.install("vpn", child_up(life_kb=10), START)
    out = buffer()
    for _ in range(5):
        plane.table.seal(packet(length=1024), out)
    assert plane.event().kind == Edge.FIRST_OUT
    assert plane.event() is None
    status = plane.status(0x1001, START)
    assert (status.packets_out, status.bytes_out, status.remaining_kb) == (5, 5120, 5)
    plane.table.seal(packet(source="10.99.0.9"), out)
    assert plane.drops()["no-sa"] == 1
    plane.arm_out(0x1001)
    plane.table.seal(packet(), out)
    assert plane.event().kind == Edge.FIRST_OUT


def test_name_servers_only_where_the_board_says_so():
    config = mode_config()
    config.dns = (ipv4_bytes("10.1.0.1"),)
    kernel = FakeKernel()
    make(kernel).attach("vpn", config, PEER, START)
    assert "/etc/resolv.conf" not in kernel.files
    kernel = FakeKernel()
    before = kernel.state()
    plane = make(kernel, resolv_conf="/etc/resolv.conf")
    plane.attach("vpn", config, PEER, START)
    assert "nameserver 10.1.0.1\n" in kernel.files["/etc/resolv.conf"]
    plane.stop(START)
    assert kernel.state() == before
