import pytest

from ezvpn.record import Record, Secret, wipe


class Point(Record):
    _fields = ("x", "y")

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y


class Other(Point):
    pass


class Keyed(Record):
    _fields = ("name", "key")
    _hidden = ("key",)

    def __init__(self, name: str, key: bytes) -> None:
        self.name = name
        self.key = key


def test_a_record_prints_and_compares_by_its_fields() -> None:
    assert repr(Point(1, 2)) == "Point(x=1, y=2)"
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)


def test_records_of_another_class_differ() -> None:
    assert Point(1, 2) != Other(1, 2)
    assert Point(1, 2) != (1, 2)


def test_hidden_fields_compare_but_never_print() -> None:
    assert repr(Keyed("a", b"swordfish")) == "Keyed(name='a', key=<hidden>)"
    assert Keyed("a", b"1") != Keyed("a", b"2")


def test_a_record_is_no_key() -> None:
    with pytest.raises(TypeError, match="no hash"):
        hash(Point(1, 2))


@pytest.mark.parametrize("value", ["swordfish", b"swordfish"])
def test_a_secret_never_shows(value: "str | bytes") -> None:
    secret = Secret(value)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>30}", f"{secret!r}", str([secret]), f"{secret!s}"):
        assert "swordfish" not in shown
        assert "<secret>" in shown
    assert secret.reveal() == b"swordfish"


def test_comparing_secrets_is_identity_and_same_is_content() -> None:
    one, two = Secret("swordfish"), Secret("swordfish")
    assert one != two
    assert one == one
    assert one.same(two)
    for other in ("swordfisH", "swordfis", "swordfishh", ""):
        assert not one.same(Secret(other))


def test_a_wiped_secret_is_zeros() -> None:
    secret = Secret("swordfish")
    secret.wipe()
    assert secret.reveal() == bytes(9)


def test_wipe_zeroes_in_place() -> None:
    key = bytearray(b"\xff" * 5)
    wipe(key)
    assert key == bytes(5)
