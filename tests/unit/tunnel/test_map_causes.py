"""Why a site-to-site tunnel is not up, in words."""

import pytest

from ezvpn.tunnel.map_causes import explain_map


@pytest.mark.parametrize(
    ("cause", "step", "hint", "word", "words"),
    [
        ("no-answer", "phase1", 0, "no-answer", "UDP port 500"),
        ("no-answer", "phase1", 24, "authentication", "check `crypto isakmp key`"),
        ("no-answer", "quick", 18, "no-answer", "peer 10.0.0.1 did not answer quick mode"),
        ("no-proposal", "phase1", 0, "no-proposal", "`crypto isakmp policy`"),
        ("no-proposal", "quick", 0, "no-proposal", "`set transform-set`"),
        ("refused", "quick", 0, "refused", "mirror of ours (details)"),
        ("no-key", "phase1", 0, "no-key", "add `crypto isakmp key KEY address 10.0.0.1`"),
        ("peer-dead", "up", 0, "peer-dead", "peer 10.0.0.1 no longer answers"),
        ("configuration", "", 0, "configuration", "details"),
    ],
)
def test_each_cause_says_what_to_do(cause: str, step: str, hint: int, word: str, words: str) -> None:
    found, sentence = explain_map(cause, step, hint, "10.0.0.1", "details")
    assert found == word
    assert words in sentence
    assert "gateway" not in sentence
