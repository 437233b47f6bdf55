"""console.sock: its mode, leftovers, and a real client."""

import os
import stat
import threading

from ezvpn.runtime.attach import Attachments
from ezvpn.runtime.cpython.consock import ConsoleSocket, connect
from ezvpn.runtime.cpython.loop import Loop


class Host:
    def execute(self, line, done):
        done(0, line.upper() + "\n")
        return 1


def ask(path, answers):
    with connect(path) as sock:
        sock.sendall(b"exec show version\n")
        data = b""
        while part := sock.recv(100):
            data += part
    answers.append(data)


def test_a_client_is_served_and_the_socket_is_private(tmp_path):
    path = str(tmp_path / "console.sock")
    (tmp_path / "console.sock").write_text("a leftover")
    loop = Loop()
    listener = ConsoleSocket(loop, path, Attachments(loop, Host()))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    answers = []
    client = threading.Thread(target=ask, args=(path, answers))
    client.start()
    loop.at(loop.now() + 300, loop.stop)
    loop.run()
    client.join()
    assert answers == [b"0 13\nSHOW VERSION\n"]
    listener.close()
    assert not os.path.exists(path)
