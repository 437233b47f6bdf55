"""Runs on the device binary: the system calls and RSA of `_edgec`. calls.py PORT FOLDER; prints one line each.

FOLDER holds rsa.der, a private key, and rsa-public.der. Not called: settimeofday, which would change the machine's clock.
"""

import errno
import gc
import hashlib
import os
import struct
import sys
import time

import _edgec

from device.rig import LOOPBACK, bound
from ezvpn.runtime.micropython.udp import sockaddr_in

port, folder = int(sys.argv[1]), sys.argv[2]
O_RDWR, O_CREAT, O_RDONLY = 2, 0o400 if _edgec.O_NONBLOCK == 0o200 else 0o100, 0


def refused(call, *words):
    try:
        return call(*words)
    except OSError as error:
        return errno.errorcode.get(error.errno, error.errno)
    except ValueError as error:
        return str(error)


fd = _edgec.open(folder + "/file", O_RDWR | O_CREAT, 0o600)
print("write", _edgec.write(fd, b"hello"), os.stat(folder + "/file")[6], oct(os.stat(folder + "/file")[0] & 0o777))
_edgec.chmod(folder + "/file", 0o640)
print("chmod", oct(os.stat(folder + "/file")[0] & 0o777), _edgec.fsync(folder), _edgec.fsync(folder + "/file"))
other = _edgec.open(folder + "/file", O_RDONLY)
buffer = bytearray(8)
print("read", _edgec.read(other, buffer), bytes(buffer[:5]), _edgec.read(other, buffer))
print("lock", _edgec.lock(fd), _edgec.lock(other), _edgec.close(fd), _edgec.lock(other))
print("gone", refused(_edgec.read, fd, buffer), refused(_edgec.open, folder + "/none", O_RDONLY), _edgec.strerror(2))

near, far = bound(port), bound(port + 1)
print("nothing", _edgec.recvmsg(near.fileno(), buffer, 0))
near.setsockopt(0, 8, 1)  # IP_PKTINFO
ttl = [(0, 2, struct.pack("@i", 7))]  # IP_TTL, for this one
print("sendmsg", _edgec.sendmsg(far.fileno(), b"datagram", sockaddr_in(LOOPBACK, port), ttl))
length, where, rows, flags = _edgec.recvmsg(near.fileno(), buffer, 0)
print("recvmsg", length, bytes(buffer), where == sockaddr_in(LOOPBACK, port + 1), [row[:2] for row in rows], flags)
print("too much", refused(_edgec.sendmsg, far.fileno(), b"", None, [(0, 2, bytes(600))]))
asked = bytearray(struct.pack("@16s24x", b"lo"))
print("ioctl", _edgec.ioctl(near.fileno(), 0x8933, asked), struct.unpack_from("@i", asked, 16)[0] > 0)
print("no tty", refused(_edgec.ioctl, near.fileno(), 0x5401, bytearray(64)))

signals = _edgec.signalfd([10, 12])  # SIGUSR1, SIGUSR2
print("silence", _edgec.read(signals, bytearray(128)))
with open("/proc/self/stat") as file:
    pid = file.read().split()[0]
os.system("kill -12 " + pid)
told = bytearray(128)
print("signal", _edgec.read(signals, told), told[0])

before = _edgec.boottime()
time.sleep_ms(20)
print("boottime", 20 <= _edgec.boottime() - before < 2000, _edgec.heap_peak() > 20000)


def resident_kb():
    with open("/proc/self/status") as file:
        return [int(line.split()[1]) for line in file if line.startswith("VmRSS")][0]


kept = bytes(range(256))
filled = [bytes(1000) for _ in range(2000)]
peak, full = _edgec.heap_peak(), resident_kb()
filled = None
gc.collect()
_edgec.heap_trim()
print("trim", full - resident_kb() > 1500, _edgec.heap_peak() >= peak, kept == bytes(range(256)))
print("again", [bytes(1000) for _ in range(2000)] == [bytes(1000)] * 2000)

print("mount", refused(_edgec.mount, "none", folder + "/none", "tmpfs", 0, ""), refused(_edgec.reboot, 1))
print("exec", refused(_edgec.execv, [folder + "/none", "x"]), refused(_edgec.execv, []))

with open(folder + "/rsa.der", "rb") as file:
    private = file.read()
with open(folder + "/rsa-public.der", "rb") as file:
    public = file.read()
digest = hashlib.sha256(b"message").digest()
signature = _edgec.rsa_sign(private, "sha256", digest)
print("rsa", len(signature), _edgec.rsa_verify(public, "sha256", digest, signature), signature.hex())
forged = bytes([signature[0] ^ 1]) + signature[1:]
print("forged", _edgec.rsa_verify(public, "sha256", digest, forged), _edgec.rsa_verify(public, "sha256", digest, b""))
print("other hash", _edgec.rsa_verify(public, "sha1", digest[:20], signature))
print("no public key", _edgec.rsa_verify(b"no key", "sha256", digest, signature))
print(
    "no key",
    refused(_edgec.rsa_sign, b"no key", "sha256", digest),
    refused(_edgec.rsa_sign, private, "sha256", b"short"),
)
