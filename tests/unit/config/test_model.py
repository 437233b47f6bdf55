"""Configurations as values: copies share nothing, comparison looks into secrets."""

from ezvpn.config.kept_line import Kept
from ezvpn.config.model import Config, EzvpnProfile, Mqtt, Peer, clone, same
from ezvpn.record import Secret


def filled() -> Config:
    config = Config()
    profile = EzvpnProfile("hq")
    profile.key = Secret("k")
    profile.peers.append(Peer("10.0.0.1"))
    config.profiles.append(profile)
    config.mqtt = Mqtt()
    block = Kept(7, "line console 0")
    block.lines.append(Kept(0, "password", Secret("p")))
    config.kept.append(block)
    return config


def test_a_clone_says_the_same_and_shares_nothing_that_can_change() -> None:
    config = filled()
    copy = clone(config)
    assert same(config, copy)
    copy.profiles[0].peers[0].host = "10.0.0.2"
    copy.kept[0].lines.clear()
    assert config.profiles[0].peers[0].host == "10.0.0.1"
    assert len(config.kept[0].lines) == 1
    assert not same(config, copy)


def test_same_looks_into_secrets() -> None:
    config, other = filled(), filled()
    assert same(config, other)
    other.profiles[0].key = Secret("K")
    assert not same(config, other)
    other.profiles[0].key = None
    assert not same(config, other)


def test_no_secret_is_ever_printed() -> None:
    config = filled()
    config.profiles[0].key = Secret("hush-hush")
    config.kept[0].lines[0].secret = Secret("hush-hush")
    assert "hush" not in repr(config)
