"""The drain law, and the only code that knows it.

One mutation, then transmit until 0, then event until None, then deadline; only then wait. The node behind it speaks the five
verbs of docs/architecture.md; the adapter in front has one method for each order, `send(view, to)` and `wake_at(ms)`.
What does not belong here: descriptors, clocks, any knowledge of what a door or an order means.
"""

from ezvpn.runtime.calls import Answer, Clock, Part

_DATAGRAM_BYTES = 4096  # more than IKE ever sends: group 16 with every transform is under 2 kB
_WAITING = 64  # doors that may be asked for while another is being drained


class Pump:
    """Drives one node. `now()` gives boot time in ms.

    A door that an order's method asks for (a numeric address is resolved at once) waits until the running drain has ended, so
    that the law holds for it too. At most 64 wait; one more is dropped and counted in `overflows`.
    """

    def __init__(self, node: Part, adapter: Part, now: Clock, datagram_bytes: int = _DATAGRAM_BYTES) -> None:
        self._node = node  # known by their methods: the pump imports neither side
        self._adapter = adapter
        self._now = now
        self._out = memoryview(bytearray(datagram_bytes))
        self._busy = False
        self._waiting: "list[tuple[Answer, tuple[object, ...]]]" = []
        self.overflows = 0

    def call(self, door: Answer, *args: object) -> Part:
        """One mutation: `door(*args)`, then the law. Returns what the door returned, None if it had to wait its turn."""
        if self._busy:
            if len(self._waiting) < _WAITING:
                self._waiting.append((door, args))
            else:
                self.overflows += 1
            return None
        self._busy = True
        try:
            result = door(*args)
            self._drain()
            while self._waiting:
                door, args = self._waiting.pop(0)
                door(*args)
                self._drain()
        finally:
            self._busy = False
            # Also after our own mistake raised: a node without its deadline would sleep for ever.
            self._adapter.wake_at(self._node.deadline())
        return result

    def _drain(self) -> None:
        node, adapter = self._node, self._adapter
        while True:
            length = node.transmit(self._out, self._now())
            if not length:
                break
            adapter.send(self._out[:length], node.to)
        while True:
            order = node.event()
            if order is None:
                break
            getattr(adapter, order.name)(*order.args)
