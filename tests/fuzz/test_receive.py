"""A short slice of `make fuzz` for every state; the long form is `fuzz.receive`."""

import pytest

from fuzz.peers import STEPS as PEER_STEPS
from fuzz.receive import STEPS, fuzz


@pytest.mark.parametrize("state", [*STEPS, *PEER_STEPS])
def test_nothing_raises_and_nothing_unauthenticated_changes(state: str) -> None:
    dropped = fuzz(state, 3000, 1)
    assert len(dropped) >= 4, "the mutations do not reach enough of the checks"
