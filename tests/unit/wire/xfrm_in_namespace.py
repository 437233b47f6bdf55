"""Run inside a network namespace of its own by test_xfrm.py and test_xfrm_news.py: policies of the real kernel, and its news."""

import os
import socket
import subprocess
import sys

from netlink_in_namespace import transact

from ezvpn.wire import xfrm, xfrm_news
from ezvpn.wire.inet import ipv4_bytes

NETLINK_XFRM = 6
US, PEER = ipv4_bytes("198.51.100.2"), ipv4_bytes("198.51.100.11")
HOST, NET = (ipv4_bytes("198.18.11.1"), 32), (ipv4_bytes("10.1.0.0"), 16)
ENOENT, ESRCH = 2, 3
ACQUIRE_EXPIRES = "/proc/sys/net/core/xfrm_acq_expires"


def opened(groups: int = 0) -> socket.socket:
    door = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_XFRM)
    door.bind((0, groups))
    door.settimeout(10)
    return door


def policies(door: socket.socket) -> "list[object]":
    answer = transact(door, xfrm.policy_dump())
    assert isinstance(answer, list), answer
    return sorted(map(xfrm.parse_policy, answer), key=repr)


def kept() -> None:
    """Policies come back as they were written, a second one takes the place of the first, and what is not there is said."""
    door = opened()
    policy = xfrm.Policy(HOST, NET, xfrm.Direction.OUT, 1000, 6, 1024, 80, (US, PEER, 69))
    bypass = xfrm.Policy((bytes(4), 0), (bytes(4), 0), xfrm.Direction.IN, 10, 17, 500)
    for each in (policy, bypass):
        assert transact(door, xfrm.policy_set(each)) == []
    assert policies(door) == sorted([policy, bypass], key=repr)
    policy.priority = 900
    assert transact(door, xfrm.policy_set(policy)) == []
    assert policies(door) == sorted([policy, bypass], key=repr)
    assert transact(door, xfrm.policy_delete(policy)) == []
    assert transact(door, xfrm.policy_delete(policy)) == ENOENT
    assert policies(door) == [bypass]
    assert transact(door, xfrm.sa_dump()) == []
    assert transact(door, xfrm.sa_delete(US, PEER, 1)) == ESRCH
    assert transact(door, xfrm.counters_get(US, PEER, 1)) == ESRCH


def announced() -> None:
    """A packet meets a policy: the kernel asks for its SA, and gives up a second later."""
    for words in (
        "link add near0 type veth peer name far0",
        "link set near0 up",
        "link set far0 up",
        "addr add 198.18.11.1/32 dev near0",
        "addr add 198.51.100.2/24 dev near0",
        "route add 10.1.0.0/16 dev near0",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    hurried = os.path.exists(
        ACQUIRE_EXPIRES
    )  # the kernel shows it to the machine's own root alone; else it waits for 30 s
    if hurried:
        with open(ACQUIRE_EXPIRES, "w") as file:
            file.write("1")
    news = opened(xfrm_news.GROUPS)
    policy = xfrm.Policy(HOST, NET, xfrm.Direction.OUT, 1000, tunnel=(US, PEER, 69))
    assert transact(opened(), xfrm.policy_set(policy)) == []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        host.bind(("198.18.11.1", 0))
        host.sendto(b"x", ("10.1.0.7", 9))
    assert xfrm_news.parse_wanted(news.recv(65536)) == xfrm_news.Wanted(US, PEER, policy)
    if not hurried:
        return
    expired = xfrm_news.parse_expired(news.recv(65536))
    assert expired is not None
    assert (expired.hard, expired.sa.reqid) == (True, 69)


if __name__ == "__main__":
    {"kept": kept, "announced": announced}[sys.argv[1]]()
    print("all steps done")
