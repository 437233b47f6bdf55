"""What every data plane must do, whatever is behind it: `test_fake`, `test_none` and `test_tun` run all of these."""

from ezvpn.dataplane.port import Edge
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import EspTransform, ModeConfig, Selector, Split
from ezvpn.wire.inet import ipv4_bytes, mask_bytes

START = 2**30 - 5000  # boot time in ms, just below where small ints of 32-bit ports end
PEER = ipv4_bytes("198.51.100.1")


def selector(network, protocol=0, port=0):
    address, prefix = network.split("/")
    return Selector(ipv4_bytes(address), mask_bytes(int(prefix)), protocol, port)


def child_up(
    child=1,
    spi_in=0x1001,
    spi_out=0x2001,
    local="10.99.0.5/32",
    remote="0.0.0.0/0",
    replaces=0,
    encap=True,
    cipher="aes-cbc",
    key_bits=128,
    auth="sha1",
    auth_bytes=20,
    session=1,
    peer=PEER,
    life_s=3600,
    life_kb=4608000,
    key=7,
):
    """One ChildUp event. `key` fills the key arrays: in and out get the same, so that two tables can be put back to back."""
    local = selector(local) if isinstance(local, str) else local
    remote = selector(remote) if isinstance(remote, str) else remote
    keys = [bytearray([key]) * (key_bits // 8), bytearray([key + 1]) * auth_bytes]
    return ChildUp(
        session, child, replaces, spi_in, spi_out, EspTransform(cipher, key_bits, auth),
        keys[0], keys[1], bytearray(keys[0]), bytearray(keys[1]),
        local, remote, encap, peer, 4500, 0, life_s, life_kb,
    )  # fmt: skip


def mode_config(address="10.99.0.5", split=(), exclude=()):
    config = ModeConfig()
    config.address = ipv4_bytes(address) if address else None
    config.split_include = tuple(_split(network) for network in split)
    config.split_exclude = tuple(_split(network) for network in exclude)
    return config


def _split(network):
    address, prefix = network.split("/")
    return Split(ipv4_bytes(address), mask_bytes(int(prefix)), 0, 0, 0)


class PlaneContract:
    """A subclass has `make()` that gives a started plane."""

    def make(self):
        raise NotImplementedError

    def test_install_zeroes_the_keys(self):
        plane = self.make()
        up = child_up()
        plane.install("vpn", up, START)
        for key in (up.key_in, up.auth_in, up.key_out, up.auth_out):
            assert len(key) > 0 and not any(key)

    def test_status_says_what_was_installed(self):
        plane = self.make()
        plane.install("vpn", child_up(child=3), START)
        status = plane.status(0x1001, START + 61_000)
        assert (status.session, status.child, status.spi_in, status.spi_out) == (1, 3, 0x1001, 0x2001)
        assert (status.packets_in, status.packets_out, status.replays) == (0, 0, 0)
        assert status.encap is True
        assert status.remaining_s == 3600 - 61
        assert status.remaining_kb == 4608000
        assert plane.status(0x1001).remaining_s == 3600

    def test_unknown_spis_are_nothing(self):
        plane = self.make()
        assert plane.status(0x9999) is None
        plane.remove(0x9999, START)
        plane.arm_in(0x9999)
        plane.arm_out(0x9999)
        assert plane.event() is None

    def test_remove_takes_the_pair_away(self):
        plane = self.make()
        plane.install("vpn", child_up(), START)
        plane.remove(0x1001, START)
        assert plane.status(0x1001) is None

    def test_a_renewed_pair_stays_until_it_is_removed(self):
        plane = self.make()
        plane.install("vpn", child_up(child=1), START)
        plane.install("vpn", child_up(child=2, spi_in=0x1002, spi_out=0x2002, replaces=1), START)
        assert plane.status(0x1001) is not None
        assert plane.status(0x1002) is not None
        plane.use(0x1002)
        plane.use(0x9999)
        assert plane.status(0x1001) is not None

    def test_attach_and_detach_may_be_repeated(self):
        plane = self.make()
        for _ in range(2):
            plane.attach("vpn", mode_config(), PEER, START)
            plane.attach("vpn", mode_config(), PEER, START)
            plane.detach("vpn", START)
            plane.detach("vpn", START)
        plane.detach("never", START)

    def test_moved_and_stop_without_anything(self):
        plane = self.make()
        plane.moved(PEER, PEER, 4501)
        plane.stop(START)
        plane.stop(START)

    def test_stop_forgets_everything(self):
        plane = self.make()
        plane.attach("vpn", mode_config(), PEER, START)
        plane.install("vpn", child_up(), START)
        plane.stop(START)
        assert plane.status(0x1001) is None

    def test_drops_are_counts(self):
        assert all(isinstance(count, int) for count in self.make().drops().values())

    def test_names_itself(self):
        assert self.make().name in ("tun", "none", "fake")
        assert Edge.FIRST_IN != Edge.FIRST_OUT
