"""The heap is as large as the board's facts say, and as EZVPN_HEAP_KB says where that is set."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from doubles import device_binary

FACTS = {"model": "Small", "manages_network": False, "interfaces": {}, "heap_kb": 1024}
# In a mount namespace of its own /etc has nothing but this board.
SETUP = """mount --make-rprivate / && mount -t tmpfs tmpfs /etc && mkdir -p /etc/ezvpn/board/small &&
printf %s "$1" > /etc/ezvpn/board/small/board.json && shift && exec "$@" """


@pytest.mark.parametrize(("said", "kb"), [(None, 1024), ("2048", 2048)])
def test_the_board_says_how_large_it_is(tmp_path: Path, said: str | None, kb: int) -> None:
    unshare = ("unshare", "-m") if os.geteuid() == 0 else ("unshare", "-Urm")
    words = ("run", "--board", "small", "--dataplane", "none", "--record", "off", "--console", "-")
    agent = (str(device_binary.built().path), *words, "--state-dir", str(tmp_path))
    environment = {name: value for name, value in os.environ.items() if name != "EZVPN_HEAP_KB"}
    with subprocess.Popen(
        [*unshare, "sh", "-c", SETUP, "sh", json.dumps(FACTS), *agent],
        env=environment | ({"EZVPN_HEAP_KB": said} if said else {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as device:
        assert device.stdin is not None and device.stdout is not None
        device.stdin.write("show processes memory json\n")
        device.stdin.flush()
        found = next(line for line in device.stdout if line.startswith('{"schema_version"'))
        device.terminate()
        assert device.wait(10) == 0
    memory = json.loads(found)
    # The collector's tables take a share of it.
    assert 0.95 * kb * 1024 < memory["heap_used"] + memory["heap_free"] <= kb * 1024
