"""A null-modem cable: two serial ports, made of ptys, with names that stay the same when they are unplugged and plugged again."""

import os
import pty
import select
import threading
import tty


class Cable:
    """`near` and `far` are device paths. `passed` holds what went through, by the end that it came from. Nothing is lost: an end
    that isn't read stops the other."""

    def __init__(self, folder):
        self.near = str(folder / "tty-near")
        self.far = str(folder / "tty-far")
        self.passed = {self.near: b"", self.far: b""}
        self._wake = os.pipe()
        self._masters = {}
        self._thread = None
        self.plug(self.near, self.far)

    def plug(self, *ends):
        """Make the missing ends; an end that is already there is made anew."""
        for path in ends:
            self.unplug(path)
            self._stop()
            master, slave = pty.openpty()
            os.set_blocking(master, False)
            tty.setraw(slave)  # an end that nobody has open echoes nothing
            os.symlink(os.ttyname(slave), path)
            self._masters[path] = (master, slave)
        self._start()

    def unplug(self, path):
        """The port vanishes: whoever has it open is hung up, and its name is gone."""
        self._stop()
        for fd in self._masters.pop(path, ()):
            os.close(fd)
        if os.path.islink(path):
            os.unlink(path)
        self._start()

    def close(self):
        for path in (self.near, self.far):
            self.unplug(path)
        self._stop()
        for fd in self._wake:
            os.close(fd)

    def _start(self):
        if self._thread is None and len(self._masters) == 2:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def _stop(self):
        if self._thread is not None:
            os.write(self._wake[1], b"x")
            self._thread.join()
            os.read(self._wake[0], 1)
            self._thread = None

    def _run(self):
        ends = [self.near, self.far]
        masters = [self._masters[path][0] for path in ends]
        pending = [b"", b""]  # towards each end
        while True:
            reading = [masters[i] for i in (0, 1) if not pending[1 - i]]
            writing = [masters[i] for i in (0, 1) if pending[i]]
            readable, writable, _ = select.select([self._wake[0], *reading], writing, [])
            if self._wake[0] in readable:
                return
            for i in (0, 1):
                if masters[i] in readable:
                    data = os.read(masters[i], 1024)
                    self.passed[ends[i]] += data
                    pending[1 - i] = data
                if masters[i] in writable:
                    try:
                        pending[i] = pending[i][os.write(masters[i], pending[i]) :]
                    except BlockingIOError:
                        pass
