"""For every test: generated cases are the same on every run and machine, so that a red run means a change.

`make fuzz` looks for new ones.
"""

from hypothesis import settings

settings.register_profile("the same every time", derandomize=True, deadline=None)
settings.load_profile("the same every time")
