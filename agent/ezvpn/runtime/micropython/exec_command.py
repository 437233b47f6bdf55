"""`exec COMMAND`: one console command on the running agent, for who is on the device without its console.

MicroPython only, blocking: a program of its own beside the agent. The other end is runtime/attach.py; on CPython the same is
`ezvpn.terminal.agent`.
"""

import errno
import socket
import struct
import sys

from ezvpn.compat import PROGRAM
from ezvpn.runtime.exits import Exit
from ezvpn.runtime.micropython.consock import NAME
from ezvpn.runtime.micropython.store import default_directory

USAGE = "Usage: " + PROGRAM + " exec [--state-dir DIR] COMMAND"
_ANSWER_S = 30
_CHUNK = 4096


def main(words: "list[str]") -> int:
    """The words after `exec`; returns the exit code of the command."""
    directory = ""
    if words[:1] == ["--state-dir"] and len(words) > 1:
        directory, words = words[1], words[2:]
    if not words or words[0].startswith("-"):
        asked = words == ["--help"] or words == ["-h"]
        print(
            USAGE + "\n\nExample: " + PROGRAM + ' exec "show crypto session"',
            file=sys.stdout if asked else sys.stderr,
        )
        return Exit.STOPPED if asked else Exit.USAGE
    directory = directory or default_directory()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.connect(struct.pack("@H", socket.AF_UNIX) + (directory + "/" + NAME).encode() + b"\0")
    except OSError as error:
        if error.errno == errno.EACCES:
            return _no_agent("the agent of " + directory + " belongs to another user: try with sudo")
        return _no_agent(
            "no agent is running for " + directory + ": start one with `" + PROGRAM + " run`, or name its --state-dir"
        )
    try:
        return _answer(sock, " ".join(words))
    finally:
        sock.close()


def _answer(sock: socket.socket, command: str) -> int:
    chunks = []
    try:
        sock.settimeout(_ANSWER_S)
        asked = b"exec " + command.replace("\n", " ").encode() + b"\n"
        while asked:
            asked = asked[sock.send(asked) :]
        while True:
            chunk = sock.recv(_CHUNK)
            if not chunk:
                break
            chunks.append(chunk)
    except OSError as error:
        return _no_agent("the agent did not answer: error " + str(error.errno))
    head, newline, body = b"".join(chunks).partition(b"\n")
    code, _, length = head.partition(b" ")
    if not newline or not code.isdigit() or length != str(len(body)).encode():
        return _no_agent("the agent went away before its answer was complete; is it still running?")
    sys.stdout.write(body.decode())
    return int(code)


def _no_agent(text: str) -> int:
    print("ezvpn: " + text, file=sys.stderr)
    return Exit.MISSING
