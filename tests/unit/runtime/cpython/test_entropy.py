"""Random bytes."""

from ezvpn.runtime.cpython.entropy import entropy


def test_the_length_is_as_asked_and_bytes_differ():
    assert [len(entropy(count)) for count in (0, 1, 64)] == [0, 1, 64]
    assert entropy(16) != entropy(16)
