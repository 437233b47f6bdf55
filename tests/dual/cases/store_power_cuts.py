"""MicroPython's store on a disk that loses power, run by this interpreter: every cut of a save, and what is found afterwards."""

from doubles.fault_disk import Disk, cuts, under

from ezvpn.runtime.micropython import store

OLD, NEW, NEXT = [b"hostname " + name + b"\n" * 40 for name in (b"old", b"new", b"next")]


def save(kind):
    if not kind("/state").write("startup-config", NEW):
        print("not saved")


def check(kind, done, what):
    agent = kind("/state")
    found = agent.startup_config()
    names = {OLD: "old", NEW: "new"}
    print(what, "done" if done else "cut", names.get(found, repr(found)), agent.remarks)
    if not agent.write("startup-config", NEXT) or kind("/state").startup_config() != NEXT:
        print("the next save failed", agent.problem)


disk = Disk()
under(disk, store, True)
print(store.Store("/state").write("startup-config", OLD))
print(cuts(store, True, disk, save, check))
full = disk.copy()
full.cut_at, full.fails = 1, 28
under(full, store, True)
agent = store.Store("/state")
print(agent.write("startup-config", NEW), agent.problem, agent.startup_config() == OLD)
