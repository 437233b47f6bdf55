"""Bytes through TCP with a checksum at both ends: the sink on the protected LAN and the client that uses it.

Run by path in a namespace (standard library only):
    traffic.py serve ADDRESS PORT          until it is ended
    traffic.py down|up ADDRESS PORT BYTES  prints one JSON line: ok, seconds, sha256; exit 1 when not ok
The wire: `down N\\n` is answered by N bytes and the SHA-256 in hexadecimal; `up N\\n` and N bytes by the SHA-256.
Not here: where they run (`lab`).
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import threading
import time

BLOCK = 65536
DIGEST = 64
QUIET_LIMIT_S = 20.0


def _read(sock: socket.socket, size: int) -> str:
    """Read exactly size bytes; answers their SHA-256."""
    digest = hashlib.sha256()
    while size:
        part = sock.recv(min(BLOCK, size))
        if not part:
            raise ConnectionError(f"closed with {size} bytes to come")
        digest.update(part)
        size -= len(part)
    return digest.hexdigest()


def _write(sock: socket.socket, size: int) -> str:
    """Send size random bytes; answers their SHA-256."""
    digest = hashlib.sha256()
    while size:
        part = os.urandom(min(BLOCK, size))
        digest.update(part)
        sock.sendall(part)
        size -= len(part)
    return digest.hexdigest()


def _line(sock: socket.socket, limit: int) -> str:
    out = b""
    while not out.endswith(b"\n") and len(out) < limit:
        part = sock.recv(1)
        if not part:
            break
        out += part
    return out.decode(errors="replace").strip()


def answer(sock: socket.socket) -> None:
    """One connection of the sink."""
    with sock:
        sock.settimeout(QUIET_LIMIT_S)
        try:
            way, _, size = _line(sock, 32).partition(" ")
            digest = _write(sock, int(size)) if way == "down" else _read(sock, int(size))
            sock.sendall(digest.encode() + b"\n")
        except (OSError, ValueError):
            pass


def serve(address: str, port: int) -> None:
    server = socket.create_server((address, port), backlog=16)
    while True:
        sock, _ = server.accept()
        threading.Thread(target=answer, args=(sock,), daemon=True).start()


def transfer(way: str, address: str, port: int, size: int) -> dict[str, object]:
    """Raises OSError when the connection fails."""
    began = time.monotonic()
    with socket.create_connection((address, port), timeout=QUIET_LIMIT_S) as sock:
        sock.sendall(f"{way} {size}\n".encode())
        ours = _read(sock, size) if way == "down" else _write(sock, size)
        theirs = _line(sock, DIGEST + 1)
    return {"ok": ours == theirs, "seconds": round(time.monotonic() - began, 3), "sha256": ours}


def main(argv: list[str]) -> int:
    way, address, port = argv[0], argv[1], int(argv[2])
    if way == "serve":
        serve(address, port)
        return 0
    try:
        result = transfer(way, address, port, int(argv[3]))
    except OSError as error:
        result = {"ok": False, "seconds": 0, "error": str(error)}
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
