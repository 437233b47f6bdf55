"""What both interpreters' ICMP sockets are asked to do, as a script for either: echoes over a loopback of its own."""

SCRIPT = """
import os, select, sys
from ezvpn.runtime.INTERPRETER.icmp import IcmpSocket
from ezvpn.runtime.INTERPRETER.netlink import NetlinkKernel
from ezvpn.wire import icmp, netlink

LOCAL = b"\\x7f\\0\\0\\1"
kernel = NetlinkKernel("/tmp")
for message in kernel.transact(netlink.link_dump()):
    link = netlink.parse_link(message)
    if link.name == "lo":
        kernel.transact(netlink.link_set(link.index, up=True))

def answers(sock, count):
    poll = select.poll()
    poll.register(sock.sock, select.POLLIN)
    found = []
    while len(found) < count and poll.poll(5000):
        one = sock.receive()
        if one is not None:
            found.append((one[0], icmp.parse(one[1])))
    return found

sock = IcmpSocket(None, True)
print(sock.receive())
sock.send(bytes(icmp.echo(7, 1, b"data")), LOCAL, 0, False)
sock.send(bytes(icmp.echo(7, 2, bytes(18000))), LOCAL, 5, False)
for source, answer in answers(sock, 2):
    print(source == LOCAL, answer.type, answer.identifier, answer.sequence, len(answer.data))
sock.close()
sock = IcmpSocket(LOCAL, False)
sock.send(bytes(icmp.echo(8, 3, b"")), b"\\x7f\\0\\0\\2", 0, True)
print([(source, answer.sequence) for source, answer in answers(sock, 1)])
try:
    sock.send(bytes(icmp.echo(8, 3, b"")), b"\\x08\\x08\\x08\\x08", 0, False)
except OSError as error:
    print(error.errno in (22, 101))
sock.close()
try:
    IcmpSocket(b"\\xc0\\0\\2\\1", False)
except OSError as error:
    print(error.errno)
"""

SAID = [
    "None",
    "True 0 7 1 4",
    "True 0 7 2 18000",
    "[(b'\\x7f\\x00\\x00\\x02', 3)]",
    "True",
    "99",
]
