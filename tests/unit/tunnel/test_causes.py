"""Each word has a sentence that names who and what; what a hint may add."""

import pytest

from ezvpn.tunnel.causes import SENTENCES, explain


def said(cause, step="phase1", hint=0, text=""):
    return explain(cause, step, hint, "gw (10.0.0.1)", "sales", "alice", text)


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_every_sentence_can_be_filled_and_is_one_line(key):
    cause, step = key
    word, sentence = said(cause, step or "up", text="detail")
    assert word == cause
    assert "{" not in sentence and "\n" not in sentence and sentence


@pytest.mark.parametrize(
    ("cause", "hint", "word"),
    [
        ("no-answer", 24, "unknown-group"),
        ("no-answer", 18, "unknown-group"),
        ("authentication", 24, "unknown-group"),
        ("authentication", 0, "authentication"),
        ("no-answer", 14, "no-proposal"),
        ("no-answer", 16, "no-answer"),
    ],
)
def test_a_hint_before_phase_1_chooses_the_words(cause, hint, word):
    assert said(cause, hint=hint)[0] == word


def test_later_a_hint_says_nothing():
    assert said("no-answer", "config", 24)[0] == "no-answer"


def test_an_unknown_cause_keeps_the_text_of_the_core():
    assert said("odd", text="something new") == ("odd", "gateway gw (10.0.0.1): something new")


def test_empty_names_are_visible():
    assert "(none)" in explain("xauth-failed", "xauth", 0, "gw", "", "", "")[1]
