"""A router at the far end of a serial cable: it echoes, prompts, refuses lines, and hears only bits of its own speed."""

import os
import pty
import select
import termios
import threading
import tty


class SerialDevice:
    """`path` is the port to open. `entered` holds the lines that it took. speed: None = any · refuse: lines that start so are
    answered with `% Invalid …` · said: line -> what else it prints · silent: it never answers · loses: bytes that never arrive ·
    logs: each line is pushed aside by a log line in its middle."""

    def __init__(self, speed=None, host="Router", refuse=("bad",), said=None, silent=False, loses=b"", logs=False):
        self._speed = None if speed is None else getattr(termios, f"B{speed}")
        self._refuse = refuse
        self._said = said or {}
        self._silent = silent
        self._loses = loses
        self._logs = logs
        self._banner = ""  # the character that ends the text that comes
        self.prompt = host + "#"
        self.entered = []
        self.received = b""
        self.speeds = []  # at which something came
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._line = b""
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.unplug()

    def unplug(self):
        """The port vanishes."""
        if self._thread is None:
            return
        os.write(self._wake[1], b"x")
        self._thread.join()
        self._thread = None
        for fd in (self.master, self._slave, *self._wake):
            os.close(fd)

    def say(self, data):
        os.write(self.master, data)

    def _run(self):
        while True:
            readable, _, _ = select.select([self.master, self._wake[0]], [], [])
            if self._wake[0] in readable:
                return
            data = os.read(self.master, 1024)
            speed = termios.tcgetattr(self.master)[4]
            self.speeds.append(speed)
            self.received += data
            if self._speed not in (None, speed):
                if not self._silent:
                    self.say(b"\xf8\x80\x00\xe0"[: len(data) + 1])
                continue
            for byte in data:
                if not self._silent:
                    self._key(byte)

    def _key(self, byte):
        if byte == 0x16 or byte in self._loses:
            return
        if byte != 0x0D:
            self._line += bytes([byte])
            self.say(bytes([byte]))
            if self._logs and len(self._line) == 5:
                shown = self.prompt.encode() + self._line
                self.say(b"\r" + b" " * len(shown) + b"\r%SYS-5-CONFIG: Configured\r\n" + shown)
            return
        line, self._line = self._line.decode("utf-8", "replace"), b""
        if self._banner or line.startswith("banner "):
            self.entered.append(line)
            ended = self._banner in line if self._banner else False
            self._banner = "" if ended else self._banner or line.split()[2][0]
            self.say(b"\r\n" + (self.prompt.encode() if ended else b""))
            return
        answer = self._said.get(line, "")
        if line.startswith(self._refuse):
            answer = " " * len(self.prompt) + "^\r\n% Invalid input detected at '^' marker.\r\n\r\n"
        elif line:
            self.entered.append(line)
        if line.startswith("hostname "):
            self.prompt = line.split()[1] + "#"
        self.say(b"\r\n" + answer.encode() + (b"" if answer.endswith(": ") else self.prompt.encode()))
