"""What differs between the interpreters and is needed more than once. Nothing else belongs here.

Level 0. `sys.implementation` appears in this file only.
"""

import gc
import sys

IS_MICROPYTHON = sys.implementation.name == "micropython"

# The device binary's C module (firmware/cmodule): crypto over mbedTLS, packet movers, system calls.
try:
    import _edgec  # type: ignore[import-not-found]  # noqa: F401

    HAS_EDGEC = True
except ImportError:
    HAS_EDGEC = False

# What a user types in front of `run`.
PROGRAM = "ezvpn-edge" if HAS_EDGEC else "micropython -m ezvpn" if IS_MICROPYTHON else "ezvpn"

# What `show version` and the MQTT info call the interpreter; sys.version would be that of the language.
INTERPRETER = ("MicroPython " if IS_MICROPYTHON else "CPython ") + ".".join(
    [str(part) for part in sys.implementation.version[:3]]
)

if IS_MICROPYTHON:
    # Here, because this is loaded first: a heap that is collected only when it is full has no piece left that is large enough for
    # a module. In bytes allocated between two collections, numbers of a DH exchange included, which are freed at once; the loop
    # collects more often.
    gc.threshold(262144)  # type: ignore[attr-defined]


def const(value: int) -> int:
    """Mark a module-private number; MicroPython's compiler folds the call by its name."""
    return value
