import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ezvpn.wire.attributes import (
    ConfigAttribute,
    ConfigMessage,
    ConfigType,
    Unity,
    Xauth,
    XauthStatus,
    clean_text,
    parse_config,
    parse_split,
    split_names,
    write_config,
)
from ezvpn.wire.cursor import Malformed

from .strictness import outcome, withstands, written

# SOURCE: draft-beaulieu-ike-xauth-02 6.2 and draft-dukes-ike-mode-cfg-02 3.2, written by hand.
MESSAGES = [
    (
        "01000b0b 40890000 408a0000",
        ConfigMessage(ConfigType.REQUEST, 0x0B0B, ((Xauth.USER_NAME, b""), (Xauth.PASSWORD, b""))),
    ),
    ("03000b0b c08f0001", ConfigMessage(ConfigType.SET, 0x0B0B, ((Xauth.STATUS, XauthStatus.OK),))),
    ("04000b0b", ConfigMessage(ConfigType.ACK, 0x0B0B, ())),
    (
        "02000001 0001 0004 c6336402 f007 0001 7002 0003 6c616e",
        ConfigMessage(
            ConfigType.REPLY,
            1,
            ((ConfigAttribute.IP4_ADDRESS, b"\xc6\x33\x64\x02"), (Unity.PFS, 1), (Unity.DEFAULT_DOMAIN, b"lan")),
        ),
    ),
]


@pytest.mark.parametrize(("encoded", "message"), MESSAGES)
def test_messages_written_by_hand(encoded: str, message: ConfigMessage) -> None:
    body = bytes.fromhex(encoded)
    assert parse_config(memoryview(body), 0, len(body)) == message
    assert written(lambda w: write_config(w, message)) == body
    withstands(parse_config, body)


@pytest.mark.parametrize("padding", [0, 1, 2, 3])
@pytest.mark.parametrize(("encoded", "message"), MESSAGES)
def test_up_to_three_zero_bytes_at_the_end_are_let_pass(encoded: str, message: ConfigMessage, padding: int) -> None:
    body = bytes.fromhex(encoded) + bytes(padding)
    assert parse_config(body, 0, len(body)) == message


@pytest.mark.parametrize("tail", ["01", "0001", "000100", "00010001", "f0", "4089000100"[:8]])
def test_any_other_rest_discards_the_payload(tail: str) -> None:
    body = bytes.fromhex("02000001 70070001 00" + tail)
    with pytest.raises(Malformed):
        parse_config(body, 0, len(body))


def test_a_reserved_byte_or_too_many_attributes_are_refused() -> None:
    with pytest.raises(Malformed, match="reserved"):
        parse_config(b"\x01\x01\x00\x00", 0, 4)
    body = bytes.fromhex("02000001") + bytes.fromhex("f0070001") * 129
    with pytest.raises(Malformed, match="128"):
        parse_config(body, 0, len(body))
    assert len(parse_config(body[:-4], 0, len(body) - 4).attributes) == 128


@given(
    st.integers(0, 255),
    st.integers(0, 65535),
    st.lists(st.tuples(st.integers(0, 0x7FFF), st.one_of(st.integers(0, 65535), st.binary(max_size=30))), max_size=10),
)
def test_round_trip(kind: int, identifier: int, attributes: "list[tuple[int, int | bytes]]") -> None:
    message = ConfigMessage(kind, identifier, tuple(attributes))
    body = written(lambda w: write_config(w, message))
    assert parse_config(body, 0, len(body)) == message


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    outcome(parse_config, data, 0, len(data))


LONG = bytes.fromhex("0a010000 ffff0000 0006 0000 01bb")
LONG2 = bytes.fromhex("c0a80000 ffffff00 0000 0000 0000")
SHORT = bytes.fromhex("0a010000 ffff0000")


def test_split_entries_of_14_bytes() -> None:
    assert parse_split(LONG + LONG2) == (
        (b"\x0a\x01\x00\x00", b"\xff\xff\x00\x00", 6, 0, 443),
        (b"\xc0\xa8\x00\x00", b"\xff\xff\xff\x00", 0, 0, 0),
    )


def test_split_entries_of_8_bytes() -> None:
    assert parse_split(SHORT) == ((b"\x0a\x01\x00\x00", b"\xff\xff\x00\x00", 0, 0, 0),)


def test_no_split_entries() -> None:
    assert parse_split(b"") == ()


def test_a_length_that_14_and_8_divide_is_read_as_14_first() -> None:
    assert len(parse_split(LONG * 4)) == 4


def test_and_as_8_when_a_mask_of_that_reading_is_not_contiguous() -> None:
    assert len(parse_split(SHORT * 7)) == 7


@pytest.mark.parametrize(
    "data", [b"\x00", bytes(13), LONG + b"\x00", bytes.fromhex("0a010000ff00ff00"), LONG[:4] + b"\x01" * 10]
)
def test_a_split_list_that_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match="split list"):
        parse_split(data)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_split_list_or_malformed(data: bytes) -> None:
    try:
        entries = parse_split(data)
    except Malformed:
        return
    assert len(entries) in (len(data) // 14, len(data) // 8)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"", ()),
        (b"corp.example", ("corp.example",)),
        (b"a.example,b.example", ("a.example", "b.example")),
        (b"a.example, b.example\x00", ("a.example", "b.example")),
        (b" \x00,,10.0.0.1 gw.example", ("10.0.0.1", "gw.example")),
        (b"a\x1bb,\x07", ("ab",)),
    ],
)
def test_names(data: bytes, names: "tuple[str, ...]") -> None:
    assert split_names(data) == names


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Welcome", "Welcome"),
        ("Grüße, 🌍".encode(), "Grüße, 🌍"),
        (b"line 1\r\nline 2\n", "line 1 line 2"),
        (b"\x1b]0;title\x07x\x7f\x00", "]0;titlex"),
        ("a\x9b2Jb".encode(), "a2Jb"),
        ("\u202egnp.exe".encode(), "gnp.exe"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"caf\xe9", "caf\ufffd"),
        (b"\xc0\xaf", "\ufffd\ufffd"),  # overlong slash
        (b"\xe0\x80\xaf", "\ufffd\ufffd\ufffd"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),  # surrogate
        (b"\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd"),  # above U+10FFFF
        (b"\xe2\x82", "\ufffd\ufffd"),  # cut off
    ],
)
def test_text_for_a_terminal(data: bytes, text: str) -> None:
    assert clean_text(data) == text


@given(st.text())
@example("a b")
def test_valid_text_loses_control_characters_only(text: str) -> None:
    kept = clean_text(text.encode("utf-8", "ignore"))
    assert "\ufffd" not in kept or "\ufffd" in text
    for character in text:
        if character.isalnum():
            assert character in kept


@given(st.binary(max_size=80))
def test_no_control_character_ever_comes_out(data: bytes) -> None:
    for character in clean_text(data):
        assert ord(character) >= 0x20 and not 0x7F <= ord(character) < 0xA0
