"""A slice of `make soak`, and proof that its judge can say no."""

from __future__ import annotations

from random import Random

import pytest
from doubles.toy_crypto import ToyCrypto
from soak.judge import Judge
from soak.shard import PROFILES, build, run
from soak.world import World

from ezvpn.crypto.port import BadPublicValue, Unsupported

DAYS = {"10 s": 0.5, "60 s": 2, "slow": 8}


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_days_of_mishaps(profile, number):
    result = run(profile, number, "slice", DAYS[profile.name])
    assert result.violation == "", "\n".join(result.log)
    assert result.figures.pairs > 20 * result.days
    assert result.figures.probes > 0 or "periodic" not in result.keepalive  # on demand, days may pass without one


def test_the_same_seed_is_the_same_run():
    one, two = (run(PROFILES[0], 1, "twice", 0.5) for _ in range(2))
    assert (one.steps, one.sent, one.happened, one.figures) == (two.steps, two.sent, two.happened, two.figures)


def test_the_real_crypto_backend():
    assert run(PROFILES[0], 2, "slice", 0.2, real_crypto=True).violation == ""


class TestTheJudgeSaysNo:
    """A device that is up, and then something that must not be."""

    def up(self) -> tuple[World, Judge]:
        world, judge, _ = build(Random(5), "10 2 periodic", False, 0.5)
        world.device.configure(world.now)
        world.drain()
        world.run(world.now + 60_000)
        assert judge.kind == "up"
        judge.audit(world.now)
        return world, judge

    def violation(self, judge: Judge, world: World) -> str:
        with pytest.raises(Exception) as caught:
            judge.audit(world.now)
        return str(caught.value)

    def test_an_spi_that_is_never_given_back(self):
        world, judge = self.up()
        world.device.node.endpoint._core.new_spi()
        assert self.violation(judge, world).startswith("SPIs: ")

    def test_a_pair_left_in_the_data_plane(self):
        world, judge = self.up()
        pairs = world.device.plane.pairs()
        pairs[4711] = next(iter(pairs.values()))
        assert self.violation(judge, world).startswith("pairs in the data plane: ")

    def test_two_pairs_for_one_network(self):
        world, judge = self.up()
        session = world.device.node.endpoint._sessions[0]
        session.children.append(session.children[0])
        judge(world.now)
        world.now += judge.bounds.double + 1
        with pytest.raises(Exception, match="two pairs for 203"):
            judge(world.now)

    def test_a_tunnel_that_stays_down(self):
        world, judge = self.up()
        for gateway in world.gateways:
            gateway.policy.group = b"another"
            gateway.close_all(world.now)
            world.drain_gateway(gateway)
        with pytest.raises(Exception, match=r"an outage \(reconnecting\) of .* is its bound"):
            world.run(world.now + judge.bounds.reconnect + 3_600_000)
            judge.audit(world.now)

    def test_a_gateway_that_nobody_misses(self):
        world, judge = self.up()
        for gateway in world.gateways:
            gateway.up = False
        judge.bounds.detect = 1000
        judge(world.now)
        world.now += 2000
        assert "(unnoticed)" in self.violation(judge, world)


class TestToyCrypto:
    """It may be weak; it must not hide a mistake."""

    def test_everything_that_goes_in_changes_what_comes_out(self):
        c = ToyCrypto()
        assert len({c.hash("sha1", b"a"), c.hash("sha1", b"b")}) == 2
        assert len({c.hmac("sha256", key, data) for key in (b"k" * 32, b"l" * 32) for data in (b"a", b"b")}) == 4
        keys, ivs = (bytes(32), b"\1" * 32), (bytes(16), b"\1" * 16)
        assert len({c.cbc_encrypt("aes", key, iv, b"x" * 96) for key in keys for iv in ivs}) == 4
        assert c.cbc_decrypt("aes", keys[0], ivs[0], c.cbc_encrypt("aes", keys[0], ivs[0], b"x" * 96)) == b"x" * 96

    @pytest.mark.parametrize("group", ToyCrypto.groups)
    def test_both_ends_agree(self, group):
        c, a, b = ToyCrypto(), b"\x11" * 40, b"\x23" * 40
        shared = c.dh_shared(group, a, c.dh_public(group, b))
        assert shared == c.dh_shared(group, b, c.dh_public(group, a))
        assert shared != c.dh_shared(group, b, c.dh_public(group, b))
        with pytest.raises(BadPublicValue):
            c.dh_shared(group, a, bytes(len(shared)))

    def test_esp_notices_a_changed_bit(self):
        esp = ToyCrypto().esp("aes-cbc", bytes(32), "sha256", bytes(32))
        out, packet = bytearray(200), bytearray(200)
        size = esp.seal(5, 1, memoryview(b"p" * 60), memoryview(out))
        assert esp.open(memoryview(out)[:size], memoryview(packet)) == 60 << 8 | 4
        assert packet[:60] == b"p" * 60
        out[20] ^= 1
        assert esp.open(memoryview(out)[:size], memoryview(packet)) == -1

    def test_what_it_lacks_it_says(self):
        with pytest.raises(Unsupported):
            ToyCrypto().hash("sha3", b"")
        assert ToyCrypto.name == "toy"

    def test_the_product_cannot_choose_it(self):
        from ezvpn.crypto.choose import best

        assert best().name == "cryptography"
