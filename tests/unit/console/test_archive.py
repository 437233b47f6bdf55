"""Which versions there are, and which goes when one more comes."""

import pytest
from doubles.host import CONFIG, FakeHost

from ezvpn.console import archive
from ezvpn.console.caller import Failed


def host(path: str = "flash:old", maximum: int = 2) -> FakeHost:
    return FakeHost(CONFIG + f"archive\n path {path}\n maximum {maximum}\n")


def test_the_number_grows_and_the_oldest_goes():
    there = host()
    assert [archive.keep(there, 0) for _ in range(3)] == ["flash:old-1", "flash:old-2", "flash:old-3"]
    assert archive.versions(there) == [(2, "flash:old-2"), (3, "flash:old-3")]
    assert archive.following(there) == "flash:old-4"


def test_other_files_are_left_alone():
    there = host()
    there.stored = {"flash:old-x": b"", "flash:old": b"", "flash:older-1": b"", "flash:old-10": b"", "flash:old-9": b""}
    assert archive.versions(there) == [(9, "flash:old-9"), (10, "flash:old-10")]


def test_what_cannot_be_written_leaves_all_versions():
    there = host(maximum=1)
    archive.keep(there, 0)
    there.refuses = "the disk is full"
    with pytest.raises(Failed, match="flash:old-2 could not be written: the disk is full"):
        archive.keep(there, 0)
    assert archive.versions(there) == [(1, "flash:old-1")]


@pytest.mark.parametrize(
    ("path", "why"), [("tftp://a/b", "Nothing is archived at tftp://a/b"), ("flash:", "Nothing is")]
)
def test_a_place_that_is_none(path, why):
    with pytest.raises(Failed, match=why):
        archive.keep(host(path), 0)
    with pytest.raises(Failed, match="No archive is configured"):
        archive.keep(FakeHost(), 0)
