"""mpy-tool's output taken apart."""

from __future__ import annotations

import pytest

from ezvpn_firmware import freeze
from ezvpn_firmware.trouble import Trouble

RULE = "/" * 80 + "\n"
PACKED = ["start", "cold"]
POOL = "const qstr_hash_t mp_qstr_frozen_const_hashes[] = {\n 1,\n};\nconst qstr_pool_t mp_qstr_frozen = {\n 2\n};\n"
HEAD = '#include "py/mpconfig.h"\n' + POOL + "enum { A };\n"
ONE = "static const mp_frozen_module_t frozen_module_one = {1};\n"
TWO = "static const mp_frozen_module_t frozen_module_two = {2};\n"
TABLES = "const int tables;\n"
WRITTEN = RULE.join((HEAD, ONE, TWO, TABLES))


def test_each_module_goes_to_its_place_and_the_names_to_the_start() -> None:
    texts = freeze.split(WRITTEN, ["cold", "start"], PACKED)
    assert set(texts) == {"file", "start", "cold"}
    assert "\nconst mp_frozen_module_t frozen_module_one = {1};" in texts["cold"] and "two" not in texts["cold"]
    assert "\nconst mp_frozen_module_t frozen_module_two = {2};" in texts["start"] and "one" not in texts["start"]
    assert POOL in texts["start"] and POOL not in texts["file"] + texts["cold"]
    assert "extern const mp_frozen_module_t frozen_module_one;\n" in texts["file"] and texts["file"].endswith(TABLES)


def test_output_of_another_tool_is_told() -> None:
    with pytest.raises(Trouble, match="wrote 2 modules where 3 were frozen"):
        freeze.split(WRITTEN, ["cold", "start", "start"], PACKED)
    with pytest.raises(Trouble, match="no pool of names"):
        freeze.split(WRITTEN.replace(POOL, ""), ["cold", "start"], PACKED)
