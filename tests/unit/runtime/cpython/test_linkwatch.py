"""Link and address changes of a real kernel, in a namespace that the test makes."""

import json
import subprocess
import sys

from doubles.micropython import ROOT

SCRIPT = """
import json, subprocess, sys
sys.path[:0] = [{agent!r}]
from ezvpn.runtime.cpython.linkwatch import LinkWatch
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.linkstate import LinkState
loop = Loop()
told = []
state = LinkState(lambda name, up, address: told.append([name, up, list(address or b"")]), "ezvpn")
watch = LinkWatch(loop, state.datagram, lambda: None)
def change():
    for words in (
        "link add eth7 type veth peer name ezvpn9",
        "addr add 192.0.2.1/24 dev eth7",
        "link set ezvpn9 up",
        "link set eth7 up",
        "route add 198.51.100.0/24 via 192.0.2.254",
        "addr add 192.0.2.7/24 dev eth7",
        "link del eth7",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    loop.at(loop.now() + 100, loop.stop)
loop.at(loop.now() + 10000, loop.stop)
loop.at(loop.now(), change)
loop.run()
watch.close()
print(json.dumps(told))
"""


def test_changes_are_told():
    command = ["unshare", "-Urn", sys.executable, "-c", SCRIPT.format(agent=str(ROOT / "agent"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    first = [192, 0, 2, 1]
    assert told[0] == ["eth7", True, first]
    assert told[-1][:2] == ["eth7", False]
    assert ["eth7", True, first] in told[1:]  # the route
    assert not [change for change in told if change[0] != "eth7"]
