"""Random bytes from the kernel."""

import os


def entropy(count: int) -> bytes:
    """`count` bytes from the kernel's generator (/dev/urandom or getrandom)."""
    return os.urandom(count)
