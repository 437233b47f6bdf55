"""Random bytes."""

from doubles.micropython import run


def test_the_length_is_as_asked_and_bytes_differ():
    out = run(
        """
from ezvpn.runtime.micropython.entropy import entropy
print([len(entropy(count)) for count in (0, 1, 64)], entropy(16) != entropy(16))
"""
    )
    assert out == "[0, 1, 64] True\n"
