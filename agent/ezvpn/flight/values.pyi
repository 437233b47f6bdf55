from typing import Any

Value = Any
