"""A kernel's configuration: lines of fragments, and what the kernel's own rules made of them."""

from __future__ import annotations

import pytest

from ezvpn_firmware import boards, kernel
from ezvpn_firmware.trouble import Trouble


def test_lines_of_all_fragments_in_their_order() -> None:
    texts = ["# why\nCONFIG_A=y\n\nCONFIG_B=3\n", "# CONFIG_C is not set\n"]
    assert kernel.wanted(texts) == ["CONFIG_A=y", "CONFIG_B=3", "# CONFIG_C is not set"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("CONFIG_A=y\nCONFIG_A=n\n", "CONFIG_A is set twice"), ("A=y\n", "not a line of a kernel's configuration: A=y")],
)
def test_what_makes_no_sense_is_said(text: str, why: str) -> None:
    with pytest.raises(Trouble) as trouble:
        kernel.wanted([text])
    assert why in trouble.value.what


def test_what_the_kernel_did_not_take_is_found() -> None:
    made = "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=y\n"
    lines = ["CONFIG_A=y", "CONFIG_B=y", "# CONFIG_C is not set", "# CONFIG_D is not set"]
    # An option that another one hides is not set either.
    assert kernel.refused(lines, made) == ["CONFIG_B=y", "# CONFIG_C is not set"]


@pytest.mark.parametrize("name", boards.names())
def test_every_board_has_facts_and_fragments(name: str) -> None:
    board = boards.of(name)
    assert board.data_kb > 0
    assert len(kernel.wanted([path.read_text(encoding="utf-8") for path in kernel.fragments(board)])) > 50
