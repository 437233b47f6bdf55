"""What a binary may take, and the table of what it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezvpn_firmware import budget, targets
from ezvpn_firmware.trouble import Trouble

MODULES = {"ezvpn/ike/core.py": 900, "ezvpn/ike/dpd.py": 200, "ezvpn/main.py": 300, "ezvpn_boards.py": 50}
TEXT = """# A comment that stays.
[binary.armhf]
limit = 5_000
base = 4_000

[heap]
life = 1
probe = 2
report = 3

[modules]
"ezvpn" = 300
"ezvpn/gone" = 70
"ezvpn/ike" = 1_000
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "budget.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_every_target_that_is_flashed_has_a_limit() -> None:
    found = budget.read()
    assert set(found.limits) == {name for name, target in targets.read().items() if not target.checks}
    assert found.limits["armhf"] == 700_000
    assert all(limit < 1024 * 1024 for limit in found.limits.values())


def test_the_table_has_every_package_that_is_or_was(path: Path) -> None:
    assert budget.table("armhf", 4500, MODULES, budget.read(path)) == [
        "bytes                     base         now    change",
        "ezvpn                      300         300",
        "ezvpn/gone                  70           0       -70",
        "ezvpn/ike                1,000       1,100      +100",
        "ezvpn_boards                 0          50       +50",
        "all modules (.mpy)       1,370       1,450       +80",
        "binary for armhf         4,000       4,500      +500",
        "its limit                            5,000",
    ]


def test_a_breach_says_what_grew(path: Path) -> None:
    found = budget.read(path)
    assert budget.breach("armhf", 5000, MODULES, found) == ""
    assert budget.breach("armhf", 5001, MODULES, found) == (
        "the binary for armhf has 5,001 bytes, 1 more than its limit. What grew: ezvpn/ike +100, ezvpn_boards +50"
    )
    assert budget.breach("sanitized", 10**9, MODULES, found) == ""


def test_a_new_base_keeps_limits_and_comments(path: Path) -> None:
    budget.accept("armhf", 4500, MODULES, path)
    found = budget.read(path)
    assert (found.limits, found.bases) == ({"armhf": 5000}, {"armhf": 4500})
    assert found.modules == {"ezvpn": 300, "ezvpn/ike": 1100, "ezvpn_boards": 50}
    assert path.read_text(encoding="utf-8").startswith("# A comment that stays.\n")
    with pytest.raises(Trouble, match=r"no \[binary\.riscv\]"):
        budget.accept("riscv", 1, MODULES, path)


@pytest.mark.parametrize(
    ("text", "said"),
    [("[binary", "Expected"), ("", "no 'binary'"), ("[binary.a]\nlimit = 'x'\nbase = 1", "invalid literal")],
)
def test_a_wrong_file_is_told(path: Path, text: str, said: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match=r"budget\.toml: ") as trouble:
        budget.read(path)
    assert said in trouble.value.what
