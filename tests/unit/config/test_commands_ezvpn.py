"""The lines of an ezvpn profile."""

import pytest

from ezvpn.config.model import EzvpnProfile
from unit.config.lines import edited, last, rejected

HEAD = "crypto ipsec client ezvpn hq"


def profile(*lines: str) -> EzvpnProfile:
    return edited(HEAD, *lines).profiles[0]


@pytest.mark.parametrize("word", ["auto", "manual"])
def test_connect(word: str) -> None:
    assert profile("connect " + word).connect == word
    assert profile("connect " + word, "no connect").connect == "auto"


def test_group_key_takes_the_rest_of_the_line() -> None:
    made = profile("group unity key  two  words ! no comment ")
    assert made.group == "unity"
    assert made.key is not None and made.key.reveal() == b"two  words ! no comment"
    assert profile("group unity key k", "no group").key is None
    assert "device key" in rejected(HEAD, "group unity key 6 abc")
    assert "type the secret itself" in rejected(HEAD, "group unity key <removed>")


@pytest.mark.parametrize("word", ["client", "network-extension", "network-plus"])
def test_mode(word: str) -> None:
    assert profile("mode " + word).mode == word
    assert profile("mode " + word, "default mode").mode == "client"


def test_peers_are_in_order_and_each_once() -> None:
    made = profile("peer 10.1.1.1", "peer vpn.example default", "peer 10.1.1.1", "peer VPN.example")
    assert [(peer.host, peer.default) for peer in made.peers] == [("10.1.1.1", False), ("vpn.example", False)]


def test_only_one_peer_is_the_primary() -> None:
    made = profile("peer a.example default", "peer b.example default")
    assert [(peer.host, peer.default) for peer in made.peers] == [("a.example", False), ("b.example", True)]


def test_no_peer() -> None:
    assert [peer.host for peer in profile("peer 10.1.1.1", "peer 10.1.1.2", "no peer 10.1.1.1").peers] == ["10.1.1.2"]
    assert rejected(HEAD, "no peer 10.1.1.1") == "there is no peer 10.1.1.1"
    assert rejected(HEAD, *["peer 10.0.0." + str(i) for i in range(1, 102)]) == "more than 100 peers"


def test_username_and_password() -> None:
    made = profile("username joe password 0 s3cret  word")
    assert made.username == "joe"
    assert made.password is not None and made.password.reveal() == b"s3cret  word"
    assert profile("username joe password x", "no username").password is None
    assert last(HEAD, "username joe").status == "incomplete"


def test_xauth() -> None:
    assert profile("xauth userid mode local").xauth_mode == "local"
    assert profile("xauth userid mode local", "no xauth userid mode").xauth_mode == "interactive"
    assert profile("xauth retry-minutes 5").xauth_retry_minutes == 5
    assert profile("xauth retry-minutes never").xauth_retry_minutes is None
    assert profile("xauth retry-minutes never", "no xauth retry-minutes").xauth_retry_minutes == 60
    assert last(HEAD, "xauth retry-minutes 1441").expected == ["<1-1440>", "never"]


def test_idletime() -> None:
    assert profile("idletime 60").idletime_s == 60
    assert profile("idletime 86400", "no idletime").idletime_s is None
    assert last(HEAD, "idletime 59").expected == ["<60-86400>"]
    assert last(HEAD, "idletime").status == "incomplete"


def test_standby_warm() -> None:
    assert profile("standby warm").standby_warm
    assert not profile("standby warm", "no standby").standby_warm
    assert not profile().standby_warm


def test_pfs() -> None:
    assert profile("pfs group 14").pfs_group == 14
    assert profile("pfs group 1").pfs_group == 1
    assert profile("pfs group 14", "no pfs").pfs_group is None
    assert last(HEAD, "pfs group 3").status == "invalid"


def test_transform_sets() -> None:
    assert profile("transform-set a b a").transform_sets == ["a", "b"]
    assert profile("transform-set a", "transform-set c").transform_sets == ["c"]
    assert profile("transform-set a", "no transform-set").transform_sets == []
    assert "more than 8" in rejected(HEAD, "transform-set 1 2 3 4 5 6 7 8 9")
