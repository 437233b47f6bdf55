"""What differs between the interpreters and is needed more than once. Nothing else belongs here.

Level 0. `sys.implementation` appears in this file only.
"""

import sys

IS_MICROPYTHON = sys.implementation.name == "micropython"

# What `show version` and the MQTT info call the interpreter; sys.version would be that of the language.
INTERPRETER = ("MicroPython " if IS_MICROPYTHON else "CPython ") + ".".join(
    [str(part) for part in sys.implementation.version[:3]]
)


def const(value: int) -> int:
    """Mark a module-private number; MicroPython's compiler folds the call by its name."""
    return value
