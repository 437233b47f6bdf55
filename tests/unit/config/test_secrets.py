"""Secrets in text: types, masks, and what is refused."""

import pytest

from ezvpn.config import secrets
from ezvpn.record import Secret


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("preshared", b"preshared"),
        ("0 preshared", b"preshared"),
        ("0 0 x", b"0 x"),
        ("0 6 x", b"6 x"),
        ("6", b"6"),
        ("a  b", b"a  b"),
        ("7 0822455D0A16", b"7 0822455D0A16"),
        ("pass!word", b"pass!word"),
        ("größe", "größe".encode()),
    ],
)
def test_plain_secrets_read_and_write_back(text: str, value: bytes) -> None:
    secret = secrets.read(text)
    assert secret.reveal() == value
    assert secrets.read(secrets.write(secret, masked=False)).reveal() == value


def test_masked_shows_nothing_not_even_a_length() -> None:
    assert secrets.write(Secret("short"), masked=True) == secrets.write(Secret("x" * 99), masked=True) == "<removed>"


def test_type_6_needs_the_device_key() -> None:
    with pytest.raises(secrets.BadSecret, match="device key"):
        secrets.read("6 JDYkqyIFWeBvzpljSfWmRZrmRSRE8")


def test_type_6_opens_with_the_device_key_and_keeps_its_form() -> None:
    secret = secrets.read("6 CBA", lambda text: text[::-1].encode())
    assert secret.reveal() == b"ABC"
    assert secrets.write(secret, masked=False) == "6 CBA"
    assert secrets.write(secret, masked=True) == "<removed>"


def test_type_6_of_another_device_is_refused() -> None:
    with pytest.raises(secrets.BadSecret, match="not encrypted with the key of this device"):
        secrets.read("6 ABC", lambda text: None)


@pytest.mark.parametrize("text", ["", "0 ", "<removed>", "0 <removed>", "x" * 513])
def test_what_cannot_be_a_secret(text: str) -> None:
    with pytest.raises(secrets.BadSecret) as fault:
        secrets.read(text)
    assert "xxx" not in str(fault.value)
