"""console.sock on MicroPython, with the CPython client: `ezvpn exec` works on either agent."""

import subprocess

from doubles.micropython import PROGRAM, ROOT, environment

from ezvpn.runtime.cpython.consock import connect

SCRIPT = """
from ezvpn.runtime.attach import Attachments
from ezvpn.runtime.micropython.consock import ConsoleSocket
from ezvpn.runtime.micropython.loop import Loop
class Host:
    def execute(self, line, done):
        loop.at(loop.now() + 50, loop.stop)
        done(0, line.upper() + "\\n")
        return 1
loop = Loop()
listener = ConsoleSocket(loop, %r, Attachments(loop, Host()))
print("ready")
loop.at(loop.now() + 10000, loop.stop)
loop.run()
listener.close()
"""


def test_a_client_is_served(tmp_path):
    path = str(tmp_path / "console.sock")
    (tmp_path / "console.sock").write_text("a leftover")
    agent = subprocess.Popen(
        [PROGRAM, "-c", SCRIPT % path], env=environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert agent.stdout.readline() == "ready\n"
        with connect(path) as sock:
            sock.sendall(b"exec show version\n")
            data = b""
            while part := sock.recv(100):
                data += part
        assert data == b"0 13\nSHOW VERSION\n"
        assert agent.wait(10) == 0
        assert not (tmp_path / "console.sock").exists()
    finally:
        agent.kill()
        agent.wait()
