"""A name server on loopback: answers from a table, refuses, or accepts and says nothing."""

import socket
import threading

from scapy.layers.dns import DNS, DNSRR


class NameServer:
    """`records`: name -> list of addresses; a name that is not there does not exist. silent: say nothing. rcode: refuse all."""

    def __init__(self, records=None, silent=False, rcode=0, address="127.0.0.1", port=0):
        self.records = records or {}
        self.silent = silent
        self.rcode = rcode
        self.asked = []
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind((address, port))
        self.port = self._sock.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        # A datagram to oneself ends the wait in recvfrom.
        self._sock.sendto(b"", self._sock.getsockname())
        self._thread.join()
        self._sock.close()

    def _serve(self):
        while True:
            data, source = self._sock.recvfrom(1000)
            if not data:
                return
            query = DNS(data)
            name = query.qd[0].qname.decode().rstrip(".")
            self.asked.append(name)
            if self.silent:
                continue
            found = self.records.get(name)
            answers = [DNSRR(rrname=name, type="A", rdata=address, ttl=60) for address in found or []]
            rcode = self.rcode or (0 if found is not None else 3)
            self._sock.sendto(bytes(DNS(id=query.id, qr=1, ra=1, rcode=rcode, qd=query.qd, an=answers)), source)
