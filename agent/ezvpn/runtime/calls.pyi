from collections.abc import Callable
from typing import Any

Callback = Callable[[], Any]
Clock = Callable[[], int]
Answer = Callable[..., Any]
Entropy = Callable[[int], bytes]
ReadText = Callable[[str], str]
Part = Any
