"""Link and address changes of a real kernel under MicroPython, in a namespace that the test makes."""

import subprocess

from doubles.micropython import PROGRAM, ROOT, environment

SCRIPT = """
import os
from ezvpn.runtime.linkstate import LinkState
from ezvpn.runtime.micropython.linkwatch import LinkWatch
from ezvpn.runtime.micropython.loop import Loop
loop = Loop()
state = LinkState(lambda name, up, address: print(name, up, tuple(address or b"")), "ezvpn")
watch = LinkWatch(loop, state.datagram, lambda: None)
def change():
    for words in (
        "link add eth7 type veth peer name ezvpn9",
        "addr add 192.0.2.1/24 dev eth7",
        "link set ezvpn9 up",
        "link set eth7 up",
        "link del eth7",
    ):
        assert os.system("ip " + words) == 0
    loop.at(loop.now() + 100, loop.stop)
loop.at(loop.now() + 10000, loop.stop)
loop.at(loop.now(), change)
loop.run()
watch.close()
"""


def test_changes_are_told():
    done = subprocess.run(
        ["unshare", "-Urn", PROGRAM, "-c", SCRIPT],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "eth7 True (192, 0, 2, 1)"
    assert lines[-1].startswith("eth7 False")
