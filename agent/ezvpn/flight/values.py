"""A name for what a trace holds, and for functions that are passed around; the real type is in values.pyi. Nothing here runs."""

Value = object
