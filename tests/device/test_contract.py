"""The contract of `crypto.port` on the device binary's backend: the same tests as for the other two."""

from unit.crypto.test_port import *  # noqa: F403
