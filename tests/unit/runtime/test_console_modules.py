"""The list of modules is what `node.desk` needs, each behind those that it needs itself."""

import subprocess
import sys

from ezvpn.runtime.console_modules import MODULES

SCRIPT = """
import sys
import ezvpn.main, ezvpn.runtime.cpython.edge, ezvpn.flight.recorder
from ezvpn.runtime.console_modules import MODULES
for name in MODULES:
    before = set(sys.modules)
    __import__(name)
    print(*sorted(m for m in set(sys.modules) - before if m.startswith("ezvpn") and m != "ezvpn.console"))
before = set(sys.modules)
import ezvpn.node.desk
print("left:", *sorted(m for m in set(sys.modules) - before if m.startswith("ezvpn")))
"""


def test_each_step_loads_one_module_and_nothing_is_left():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [*MODULES, "left:"]
