"""libreswan's words for the same options."""

from __future__ import annotations

import pytest

from ezvpn_hil.lab.libreswan import ike_words, ipsec_conf
from ezvpn_hil.lab.namespace import LabError
from ezvpn_hil.lab.plan import Gateway


def test_proposals_are_translated_and_weak_groups_left_out() -> None:
    said = ike_words(("aes256-sha256-modp2048", "3des-sha1-modp1024", "3des-sha1-modp1536"))
    assert said == "aes256-sha2;modp2048,3des-sha1;modp1536"


def test_only_unsupported_groups_is_an_error_that_says_what_to_use() -> None:
    with pytest.raises(LabError, match="use modp1536 or modp2048"):
        ike_words(("aes128-sha1-modp1024",))


def test_banner_is_padded_until_the_attributes_are_whole_words() -> None:
    for banner in ("", "a", "ab", "abc"):
        text = ipsec_conf(Gateway(banner=banner, ike=("aes256-sha256-modp2048",)), "198.51.100.11", "198.18.11.0/24")
        said = text.split('modecfgbanner="')[1].split('"')[0]
        assert said.rstrip(".") == banner
        assert (len(said) + len("lab.example")) % 4 == 2


def test_pool_is_a_range() -> None:
    text = ipsec_conf(Gateway(ike=("aes256-sha256-modp2048",)), "198.51.100.11", "198.18.11.0/24")
    assert "rightaddresspool=198.18.11.1-198.18.11.100" in text
