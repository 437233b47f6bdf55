"""One device, its gateways and the network between them, on a clock that jumps from event to event.

The law of docs/architecture.md is kept: one mutation, then `transmit` until 0, then `event` until None, then `deadline`. Unlike
`doubles.link` nothing is remembered that grows, and deadlines are asked for only after a call that may have changed them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from random import Random

from ezvpn.ike.endpoint import NAT_KEEPALIVE
from soak.device import Device
from soak.gateway import BACKLOG_MAX, NEVER, Gateway

START = 2**30 - 5000
STEPS_AT_ONCE = 2000  # more than this without the clock moving is a loop, or a deadline that `timeout` does not clear

Source = tuple[int, bytes, int]


class Violation(Exception):
    """Something that must never happen did."""


class Network:
    """What happens to a datagram. `nat`: the device's address and ports as the gateways see them."""

    def __init__(self, chance: Random, latency: int) -> None:
        self.chance = chance
        self.latency = latency
        self.loss = 0.0
        self.doubled = 0.0
        self.jitter = 0
        self.open = True  # the way out of the device's site
        self.cut: set[bytes] = set()  # gateways that nobody reaches
        self.nat = (b"", (500, 4500))
        self.lost_at = 0  # when something was last lost on the way
        self.arrives: dict[bytes, int] = {}  # gateway -> when the last of what it has sent is at the device
        self.sent = 0
        self.lost = 0

    def delays(self, gateway: bytes, now: int) -> tuple[int, ...]:
        """One delay for each copy that arrives."""
        self.sent += 1
        if not self.open or gateway in self.cut:
            self.lost_at = now
            self.lost += 1
            return ()
        latency = self.latency
        if self.loss or self.jitter or self.doubled:
            chance = self.chance
            if self.loss and chance.random() < self.loss:
                self.lost_at = now
                self.lost += 1
                return ()
            if self.jitter:
                latency += int(chance.random() * self.jitter)
            if self.doubled and chance.random() < self.doubled:
                return latency, latency + 1 + int(chance.random() * 400)
        return (latency,)


class World:
    """`at(when, call)` puts anything on the schedule; `judge(now)` is called after whatever may have changed a tunnel."""

    def __init__(self, device: Device, gateways: list[Gateway], network: Network) -> None:
        self.device = device
        self.gateways = gateways
        self.network = network
        self.now = START
        self.judge: Callable[[int], None] = lambda now: None
        self.steps = 0
        self._by_address = {gateway.address: gateway for gateway in gateways}
        self._schedule: list[tuple[int, int, Callable[[int, object], None], object]] = []
        self._number = 0
        self._buffer = bytearray(4096)
        self._device_at = NEVER
        self._gateway_at = NEVER
        self._looked: tuple[object, ...] = ()
        self._stood: dict[bytes, list[object]] = {}  # gateway -> what a judge saw of it

    def at(self, when: int, call: Callable[[int, object], None], what: object = None) -> None:
        self._number += 1
        heappush(self._schedule, (when, self._number, call, what))

    # --- the law ----------------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """After a mutation of the device."""
        device, now = self.device, self.now
        node = device.node
        buffer = self._buffer
        while True:
            while size := node.transmit(buffer, now):
                self._out(bytes(buffer[:size]), node.to)
            while (order := node.event()) is not None:
                device.obey(order)
            if not device.answers:
                break
            id, host = device.answers.pop(0)
            node.resolved(id, device.addresses(host), now)
        at = node.deadline()
        self._device_at = NEVER if at is None else at
        if device.traffic is not None and (device.plane.wanted_out or device.plane.wanted_in):
            device.traffic.edges(now)
        self._judge_if_changed()

    def _judge_if_changed(self) -> None:
        device = self.device
        tunnel = device.node.tunnel("office")
        looked = (tunnel.state, tunnel.session, device.plane.installed, len(device.plane.pairs())) if tunnel else ()
        if looked != self._looked:
            self._looked = looked
            self.judge(self.now)

    def drain_gateway(self, gateway: Gateway) -> None:
        now = self.now
        gateway.settle(now)
        buffer = self._buffer
        while size := gateway.transmit(buffer, now):
            self._back(gateway, bytes(buffer[:size]), gateway.to)
        gateway.settle(now)
        gateway.ask_again()
        self._next_gateway()
        stands = gateway.standing()
        if stands != self._stood.get(gateway.address):
            self._stood[gateway.address] = stands
            self.judge(now)

    def gateway_changed(self) -> None:
        """One of them went, came or forgot everything."""
        for gateway in self.gateways:
            gateway.ask_again()
        self._next_gateway()

    def _next_gateway(self) -> None:
        first = NEVER
        for gateway in self.gateways:
            if gateway.due < first:
                first = gateway.due
        self._gateway_at = first

    # --- the way ----------------------------------------------------------------------------------------------------

    def _out(self, data: bytes, to: Source) -> None:
        gateway = self._by_address.get(bytes(to[1]))
        if gateway is None:
            return
        address, ports = self.network.nat
        for delay in self.network.delays(gateway.address, self.now):
            source = (1 if to[2] == 4500 else 0, address, ports[to[0]])
            self.at(self.now + delay, self._at_gateway, (gateway, data, source))

    def _back(self, gateway: Gateway, data: bytes, to: Source) -> None:
        arrives = self.network.arrives
        for delay in self.network.delays(gateway.address, self.now):
            arrives[gateway.address] = max(arrives.get(gateway.address, 0), self.now + delay)
            self.at(self.now + delay, self._at_device, (gateway.address, to[0], data, to))

    def _at_gateway(self, now: int, what: object) -> None:
        gateway, data, source = what
        if data == NAT_KEEPALIVE:
            return  # it holds a mapping open, and nobody else looks at it
        if gateway.up:
            answer = gateway.answer_probe(data, now, source)
            if answer is not None:
                if answer:
                    self._back(gateway, answer, source)
                else:
                    gateway.settle(now)
                    gateway.ask_again()
                    self._next_gateway()
                return
            gateway.receive(data, now, source)
            self.drain_gateway(gateway)
        else:
            self.network.lost_at = now
            if gateway.backlog is not None and len(gateway.backlog) < BACKLOG_MAX:
                gateway.backlog.append((data, source))

    def _at_device(self, now: int, what: object) -> None:
        address, socket, data, to = what
        nat_address, ports = self.network.nat
        if bytes(to[1]) != nat_address or to[2] not in ports:
            self.network.lost_at = now  # the mapping is gone
            return
        here = ports.index(to[2])
        self.device.node.receive(data, now, (here, address, 4500 if socket else 500))
        self.drain()

    # --- time -------------------------------------------------------------------------------------------------------

    def run(self, until: int) -> None:
        """Let everything happen up to this time. Raises `Violation`."""
        schedule = self._schedule
        node_moved, stuck = self.now, 0
        while True:
            now = min(self._device_at, self._gateway_at)
            arrival = schedule[0][0] if schedule else NEVER
            first = arrival if arrival <= now else now
            if first > until:
                self.now = until
                return
            if first > self.now:
                self.now = first
            if self.now != node_moved:
                node_moved, stuck = self.now, 0
            stuck += 1
            self.steps += 1
            if stuck > STEPS_AT_ONCE:
                raise Violation(f"{STEPS_AT_ONCE} steps without time passing")
            if arrival <= now:
                _, _, call, what = heappop(schedule)
                call(self.now, what)
            elif self._device_at <= self._gateway_at:
                self.device.node.timeout(self.now)
                self.drain()
            else:
                self._gateways_due()

    def _gateways_due(self) -> None:
        for gateway in self.gateways:
            if gateway.due <= self.now:
                gateway.timeout(self.now)
                self.drain_gateway(gateway)
