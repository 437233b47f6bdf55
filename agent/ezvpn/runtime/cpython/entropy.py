"""Random bytes from the kernel."""

import os


def entropy(count: int) -> bytes:
    """`count` bytes from the kernel's generator (getrandom)."""
    return os.urandom(count)
