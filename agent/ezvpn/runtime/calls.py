"""Names for the shapes of functions that the runtime passes around. The real types are in calls.pyi: built-in names cannot
say them and MicroPython has no typing module. Nothing here runs.
"""

Callback = object  # () -> None
Clock = object  # () -> int: boot time in ms
Answer = object  # (…) -> None
Entropy = object  # (n) -> n random bytes
ReadText = object  # (path) -> content, "" if there is no such file
Part = object  # known by the methods it has: node, adapter, socket
