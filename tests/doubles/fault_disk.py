"""A disk that loses power: files and names as they are, and as they would be found after a cut. Runs on both interpreters.

`under(disk, module)` puts it below a store's module. Each write, sync, rename, removal and new name is an operation; at number
`cut_at` the process dies, or the operation fails with `fails` (an errno) and the process goes on. What a cut leaves:

    lost    nothing that was not synced, neither content nor name
    kept    everything
    names   names, but no content that was not synced
    data    content, but no name that was not synced
    torn    names, and half of each content that was not synced
"""

from ezvpn.runtime import state_files

SURVIVALS = ("lost", "kept", "names", "data", "torn")


class PowerCut(Exception):
    """The process is gone. No store catches it."""


class Inode:
    def __init__(self):
        self.data = b""
        self.synced = b""


class Disk:
    def __init__(self, folders=("/state",)):
        self.folders = list(folders)
        self.names = {}  # path -> Inode, as the process sees it
        self.synced_names = {}
        self.operations = []
        self.cut_at = -1
        self.fails = 0  # errno instead of death
        self.for_good = False  # every operation from there on fails

    def operate(self, what):
        """One operation begins. True: only half of it is done before the power goes."""
        at = len(self.operations)
        self.operations.append(what)
        if self.cut_at < 0 or at < self.cut_at or (at > self.cut_at and not self.for_good):
            return False
        if self.fails:
            raise OSError(self.fails, "injected")
        if what.startswith("write"):
            return True
        raise PowerCut(what)

    def inode(self, path):
        if path not in self.names:
            raise FileNotFound(2, path)
        return self.names[path]

    def create(self, path):
        if path not in self.names:
            self.operate("create " + path)
            self.names[path] = Inode()
        self.names[path].data = b""
        return self.names[path]

    def write(self, inode, data):
        half = self.operate("write " + str(len(data)))
        inode.data += bytes(data[: len(data) // 2] if half else data)
        if half:
            raise PowerCut("write")
        return len(data)

    def sync(self, inode):
        self.operate("sync")
        inode.synced = inode.data

    def sync_folder(self, path):
        path = path.rstrip("/")
        self.operate("sync " + path)
        within = [name for name in list(self.synced_names) + list(self.names) if name.rpartition("/")[0] == path]
        for name in within:
            if name in self.names:
                self.synced_names[name] = self.names[name]
            else:
                self.synced_names.pop(name, None)

    def rename(self, old, new):
        inode = self.inode(old)
        self.operate("rename " + new)
        self.names.pop(old)
        self.names[new] = inode

    def unlink(self, path):
        self.inode(path)
        self.operate("unlink " + path)
        self.names.pop(path)

    def mkdir(self, path):
        self.operate("mkdir " + path)
        self.folders.append(path)

    def after_cut(self, survival):
        """The disk that the next start finds."""
        found = Disk(self.folders)
        names = self.names if survival in ("kept", "names", "torn") else self.synced_names
        for path in names:
            inode = names[path]
            data = inode.data if survival in ("kept", "data") else inode.synced
            if survival == "torn" and inode.data != inode.synced:
                data = inode.data[: len(inode.data) // 2]
            inode = Inode()
            inode.data = inode.synced = data
            found.names[path] = found.synced_names[path] = inode
        return found

    def copy(self):
        """The same disk, everything on it synced."""
        return self.after_cut("kept")


try:
    FileNotFound = FileNotFoundError
except NameError:
    FileNotFound = OSError  # MicroPython has no subclasses


class Handle:
    """A file that is open, or a folder."""

    def __init__(self, disk, path, inode):
        self.disk = disk
        self.path = path
        self.inode = inode

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        pass

    def read(self, count=-1):
        return self.inode.data if count < 0 else self.inode.data[:count]

    def write(self, data):
        return self.disk.write(self.inode, data)

    def flush(self):
        """What reaches fsync on MicroPython; the CPython store calls it before its own, where it writes nothing more."""

    def fileno(self):
        return self

    def close(self):
        pass


class SyncingHandle(Handle):
    def flush(self):
        if self.inode is None:
            self.disk.sync_folder(self.path)
        else:
            self.disk.sync(self.inode)


class Os:
    """As much of `os` as both stores use. A descriptor is the handle itself."""

    O_WRONLY = 1
    O_RDONLY = 0
    O_CREAT = O_TRUNC = O_CLOEXEC = 0
    O_DIRECTORY = 2

    def __init__(self, disk):
        self.disk = disk
        self.path = self  # os.path

    # --- os.path

    def dirname(self, path):
        return path.rpartition("/")[0]

    def realpath(self, path):
        return path

    # --- os

    def open(self, path, flags, mode=0o777):
        if flags == self.O_WRONLY:
            return Handle(self.disk, path, self.disk.create(path))
        return Handle(self.disk, path, None)

    def fdopen(self, handle, mode):
        return handle

    def fchmod(self, handle, mode):
        pass

    def fsync(self, handle):
        if handle.inode is None:
            self.disk.sync_folder(handle.path)
        else:
            self.disk.sync(handle.inode)

    def close(self, handle):
        pass

    def rename(self, old, new):
        self.disk.rename(old, new)

    def unlink(self, path):
        self.disk.unlink(path)

    remove = unlink

    def mkdir(self, path, mode=0o777):
        self.disk.mkdir(path)

    def stat(self, path):
        if path in self.disk.folders:
            return (0o040700,)
        return (0o100600, 0, 0, 0, 0, 0, len(self.disk.inode(path).data))

    def system(self, command):
        return 0


def under(disk, module, syncing):
    """Put the disk below a store. syncing: flushing a file syncs it, as on MicroPython."""
    kind = SyncingHandle if syncing else Handle

    def open_file(path, mode="r"):
        if path.rstrip("/") in disk.folders:
            return kind(disk, path, None)
        return kind(disk, path, disk.create(path) if "w" in mode else disk.inode(path))

    module.os = state_files.os = Os(disk)
    module.open = state_files.open = open_file


def cuts(module, syncing, start, act, check):
    """`act(store)` on the disk `start`, killed at each operation in turn, then once not at all. check(disk, done) looks at each
    disk that may be found afterwards; done: `act` had come back. Returns how many disks were looked at."""
    looked_at = 0
    at = 0
    done = False
    while not done:
        disk = start.copy()
        disk.cut_at = at
        under(disk, module, syncing)
        try:
            act(module.Store)
            done = len(disk.operations) <= at
        except PowerCut:
            pass
        for survival in SURVIVALS:
            found = disk.after_cut(survival)
            under(found, module, syncing)
            check(module.Store, done, disk.operations[-1] + " " + survival)
            looked_at += 1
        at += 1
    return looked_at
