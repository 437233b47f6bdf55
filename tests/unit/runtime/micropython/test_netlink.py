"""The kernel door under MicroPython: in a namespace of the test's own it asks the real kernel; there is no TUN device."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
SCRIPT = """
from ezvpn.dataplane.none import NoPlane
from ezvpn.dataplane.port import KernelError
from ezvpn.dataplane.routes import Routes, links
from ezvpn.runtime.micropython.netlink import NetlinkKernel
from ezvpn.wire import netlink
from ezvpn.wire.inet import ipv4_bytes

kernel = NetlinkKernel(STATE)
print(sorted([link.name for link in links(kernel).values()]))
lo = [link.index for link in links(kernel).values() if link.name == "lo"][0]
kernel.transact(netlink.link_set(lo, up=True))
kernel.transact(netlink.address_add(lo, ipv4_bytes("192.0.2.10"), 24))
plane = NoPlane(kernel)
plane.start(0)
print(plane.route_to(ipv4_bytes("192.0.2.77")))
print(plane.route_to(ipv4_bytes("198.51.100.1")))
routes = Routes(kernel)
routes.keep_outside("a", ipv4_bytes("198.51.100.1"), 32, plane.route_to(ipv4_bytes("192.0.2.77")))
print(repr(kernel.read_text("routes")), plane.route_to(ipv4_bytes("198.51.100.1")) is not None)
Routes(kernel).clean()
print(repr(kernel.read_text("routes")), plane.route_to(ipv4_bytes("198.51.100.1")))
for request in (netlink.link_get("nope"), netlink.route_delete(ipv4_bytes("203.0.113.0"), 24)):
    try:
        kernel.transact(request)
    except KernelError as error:
        print(error.errno, error.what)
for call in (lambda: kernel.open_tun("ezvpn%d"), lambda: kernel.write_text("nowhere/x", "text")):
    try:
        call()
    except KernelError as error:
        print(error.what)
kernel.write_text("nothing", None)
kernel.close_tun()
kernel.close()
"""


def test_it_speaks_with_the_kernel(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.replace("STATE", repr(str(tmp_path))))
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
    interpreter = Path(sys.executable).with_name("micropython")
    environment = dict(os.environ, MICROPYPATH=f"{ROOT / 'agent'}:.frozen")
    done = subprocess.run(
        [*unshare, str(interpreter), str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert "'lo'" in lines[0]
    assert lines[1].startswith("Route(") and "device='lo'" in lines[1]
    assert lines[2] == "None"
    assert lines[3] == "'198.51.100.1/32\\n' True"
    assert lines[4] == "'' None"
    assert lines[5] == "19 RTM_GETLINK: No such device"
    assert lines[6] == "3 RTM_DELROUTE: No such process"
    assert "--dataplane none" in lines[7]
    assert lines[8].startswith("cannot write ")
    assert len(lines) == 9
