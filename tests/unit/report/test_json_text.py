"""JSON with ordered keys: what is written, what is cleaned, what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezvpn.record import Secret
from ezvpn.report.json_text import Object, clean, render


def test_keys_stay_in_the_order_given():
    assert render(Object(("z", 1), ("a", None), ("m", [True, False, "x"]))) == '{"z":1,"a":null,"m":[true,false,"x"]}'


def test_booleans_are_not_numbers():
    assert render([True, 1, False, 0]) == "[true,1,false,0]"


def test_quotes_and_backslashes_are_escaped():
    assert render('say "no" \\ yes') == '"say \\"no\\" \\\\ yes"'


def test_an_object_may_be_nested_and_empty():
    assert render(Object(("a", Object()), ("b", ()))) == '{"a":{},"b":[]}'


@pytest.mark.parametrize("value", [Secret("x"), 1.5, b"bytes", {"a": 1}, object()])
def test_what_is_not_plain_data_raises(value):
    with pytest.raises(TypeError, match=type(value).__name__):
        render(Object(("field", value)))


def test_control_characters_become_spaces_and_lone_surrogates_question_marks():
    assert clean("a\x1b[2Jb\r\nc\x7f\x9bd\ud800e") == "a [2Jb  c  d?e"


@given(st.text())
def test_any_text_comes_out_as_valid_json_and_utf_8(text):
    written = render(text)
    assert json.loads(written.encode()) == clean(text)
    assert not [char for char in written if ord(char) < 32]
