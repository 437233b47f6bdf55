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
        ("7 0822455D0A16", b"cisco"),
        ("7 070C285F4D06", b"cisco"),
        ("0 7 dwarfs", b"7 dwarfs"),
        ("0 5 $1$x$y", b"5 $1$x$y"),
        ("pass!word", b"pass!word"),
        ("größe", "größe".encode()),
    ],
)
def test_plain_secrets_read_and_write_back(text: str, value: bytes) -> None:
    secret = secrets.read(text)
    assert secret.reveal() == value
    assert secrets.read(secrets.write(secret, masked=False)).reveal() == value


@pytest.mark.parametrize("text", ["7 dwarfs", "7 0", "7 08", "7 0822455", "7 -122455D0A16", "7 08FF"])
def test_what_is_no_type_7_is_said_to_be_none(text: str) -> None:
    with pytest.raises(secrets.BadSecret, match="no text of type 7"):
        secrets.read(text)


def test_a_hash_is_written_with_its_type() -> None:
    assert secrets.write(secrets.Hashed("9", "$9$salt$hash"), False) == "9 $9$salt$hash"
    assert secrets.write(secrets.Hashed("9", "$9$salt$hash"), True) == secrets.MASK


def test_masked_shows_nothing_not_even_a_length() -> None:
    assert secrets.write(Secret("short"), masked=True) == secrets.write(Secret("x" * 99), masked=True) == "<removed>"


def test_type_6_needs_the_device_key() -> None:
    with pytest.raises(secrets.BadSecret, match="device key"):
        secrets.read("6 JDYkqyIFWeBvzpljSfWmRZrmRSRE8")


def test_type_6_opens_with_the_device_key_and_is_sealed_with_it_again() -> None:
    secret = secrets.read("6 CBA", lambda text: text[::-1].encode())
    assert secret.reveal() == b"ABC"
    assert secrets.write(secret, lambda data: data.decode()[::-1]) == "6 CBA"
    assert secrets.write(secret, masked=True) == "<removed>"


def test_in_a_file_what_cannot_be_opened_stays_as_it_is_and_is_no_secret() -> None:
    for unseal in (None, lambda text: None):
        secret = secrets.read("6 ABC", secrets.lenient(unseal))
        assert isinstance(secret, secrets.Sealed)
        assert secrets.write(secret, masked=False) == secrets.write(secret, lambda data: "never") == "6 ABC"
        assert secrets.write(secret, masked=True) == "<removed>"
        assert secret.reveal() == b""
        assert secret.same(secrets.Sealed("ABC"))
        for typed in ("ABC", "6 ABC", ""):
            assert not secret.same(Secret(typed))
        assert not Secret("ABC").same(secret)
    assert secrets.read("6 CBA", secrets.lenient(lambda text: b"x")).reveal() == b"x"


def test_a_long_secret_is_longer_as_type_6() -> None:
    assert secrets.read("6 " + "A" * 732, lambda text: b"x" * 512).reveal() == b"x" * 512
    with pytest.raises(secrets.BadSecret, match="longer"):
        secrets.read("6 " + "A" * 801, lambda text: b"x")


def test_type_6_of_another_device_is_refused() -> None:
    with pytest.raises(secrets.BadSecret, match="not encrypted with the key of this device"):
        secrets.read("6 ABC", lambda text: None)


@pytest.mark.parametrize("text", ["", "0 ", "<removed>", "0 <removed>", "x" * 513])
def test_what_cannot_be_a_secret(text: str) -> None:
    with pytest.raises(secrets.BadSecret) as fault:
        secrets.read(text)
    assert "xxx" not in str(fault.value)
