"""Proposals in words."""

from __future__ import annotations

import pytest

from ezvpn.ike.params import EspTransform, Phase1Transform
from ezvpn_hil.gateway import suites
from ezvpn_hil.lab.plan import DEFAULT_ESP, DEFAULT_IKE


def test_words_become_transforms() -> None:
    assert suites.phase1("aes256-sha512-modp4096") == Phase1Transform("aes", 256, "sha512", 16, 0)
    assert suites.phase1("3des-sha1-modp1024") == Phase1Transform("3des", 0, "sha1", 2, 0)
    assert suites.esp("aes128-sha1") == (EspTransform("aes-cbc", 128, "sha1"), 0)
    assert suites.esp("aes256-sha256-modp2048") == (EspTransform("aes-cbc", 256, "sha256"), 14)
    assert suites.esp("aes256gcm16-modp2048") == (EspTransform("aes-gcm", 256, ""), 14)


def test_every_proposal_of_the_lab_is_read() -> None:
    assert len([suites.phase1(text) for text in DEFAULT_IKE]) == 5
    assert len([suites.esp(text) for text in DEFAULT_ESP]) == 3


@pytest.mark.parametrize("text", ["", "aes256", "aes256-sha256", "aes-sha1-modp1024", "aes256gcm16-sha1-modp2048"])
def test_other_words_are_no_ike_proposal(text: str) -> None:
    with pytest.raises(ValueError, match="write it like aes256-sha256-modp2048"):
        suites.phase1(text)


@pytest.mark.parametrize("text", ["", "modp2048", "aes256", "aes256gcm16-sha1", "aes256-sha256-modp2048-modp2048"])
def test_other_words_are_no_esp_proposal(text: str) -> None:
    with pytest.raises(ValueError, match="write it like aes256-sha256"):
        suites.esp(text)
