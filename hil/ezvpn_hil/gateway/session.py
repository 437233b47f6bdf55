"""One client of the practice gateway: the responder's half of aggressive mode, XAUTH and Mode Config.

RFC 2409 5.4, draft-beaulieu-ike-xauth-02 5 and 6, draft-dukes-ike-mode-cfg-02 2 and 3. Built on the public pieces of
`ezvpn.ike`, so that passing against it never proves interoperability: it proves that both halves are consistent, and
gives the tests a peer on the virtual clock. Quick mode, informationals and repetition are `ProtectedSa`'s.
"""

from __future__ import annotations

from ezvpn.crypto import dh
from ezvpn.crypto.port import BadPublicValue
from ezvpn.ike import keys, natt, proposal
from ezvpn.ike.aggressive import NONCE_BYTES, NONCE_LEAST, NONCE_MOST
from ezvpn.ike.child import Child
from ezvpn.ike.core import Core
from ezvpn.ike.events import Configured, SessionDown, XauthResult
from ezvpn.ike.exchange import BLOCK_BYTES, Exchange, Protection, Sent
from ezvpn.ike.params import Attempt, ChildRequest, ModeConfig, Phase1Transform, Selector
from ezvpn.ike.protected import ProtectedSa
from ezvpn.ike.state import Refused, State, require
from ezvpn.record import Secret
from ezvpn.wire.attributes import ConfigAttribute, ConfigMessage, ConfigType, Unity, Xauth, parse_config, write_config
from ezvpn.wire.isakmp import HEADER_BYTES, Flag, Header, Part, Payload, parse_chain
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.payloads import Identity, IdType, VendorId, parse_id, write_id
from ezvpn.wire.sa import IkeAuth, Proposal, parse_sa, write_sa
from ezvpn_hil.gateway.policy import Policy

Source = tuple[int, bytes, int]
Attributes = list[tuple[int, "int | bytes"]]
HOST_MASK = b"\xff\xff\xff\xff"


class GatewaySession(ProtectedSa):
    """Made for an AM1. `AM1_SENT` here means: AM2 is out, AM3 is awaited."""

    def __init__(self, id: int, core: Core, policy: Policy, local_ports: tuple[int, int], source: Source) -> None:
        attempt = Attempt(source[1], policy.address, local_ports, b"", Secret(policy.key), ())
        super().__init__(id, core, attempt)
        self.policy = policy
        self.responder_cookie = self.initiator_cookie
        self.initiator_cookie = b""
        self.socket, self.peer, self.peer_port = source
        self.address: bytes | None = None
        self.user = ""
        self.wanted: bytes | None = None  # address that the client asks for
        self.rounds = 0
        self.passed: bool | None = None  # the verdict on the user, None before it
        self.first = Exchange(ExchangeType.AGGRESSIVE, 0, b"", 0)
        self._hash_i = b""
        self._iv = b""
        self._peer_vendor_ids: list[bytes] = []

    # --- phase 1 ----------------------------------------------------------------------------------------------------

    def answer_am1(self, view: memoryview, header: Header, now: int) -> None:
        """AM1 -> AM2. `Refused` when the group is unknown, nothing offered is allowed or a value is unusable."""
        parts, _ = parse_chain(view, HEADER_BYTES, len(view), header.next_payload)
        self.initiator_cookie = header.initiator_cookie
        part = require(parts, Payload.ID)
        identity = parse_id(view, part.start, part.end)
        if identity.type != IdType.KEY_ID or identity.data != self.policy.group:
            raise Refused("identity", "unknown group")
        id_body = bytes(view[part.start : part.end])
        part = require(parts, Payload.SA)
        sa_body = bytes(view[part.start : part.end])
        transform, answer = self._choose(view, part)
        part = require(parts, Payload.NONCE)
        peer_nonce = bytes(view[part.start : part.end])
        if not NONCE_LEAST <= len(peer_nonce) <= NONCE_MOST:
            raise Refused("nonce", "nonce length")
        part = require(parts, Payload.KE)
        peer_public = bytes(view[part.start : part.end])
        self._peer_vendor_ids = [bytes(view[p.start : p.end]) for p in parts if p.type == Payload.VID]
        if self.policy.natt:
            self.natt.flavour = natt.flavour_of(self._peer_vendor_ids)
        pair = dh.generate(self.core.crypto, self.core.random, transform.group)
        try:
            g_xy = self.core.crypto.dh_shared(transform.group, bytes(pair.exponent), peer_public)
        except BadPublicValue as fault:
            raise Refused("public-value", str(fault)) from fault
        nonce = self.core.random(NONCE_BYTES)
        crypto, hash_name = self.core.crypto, transform.hash
        skeyid = keys.skeyid_psk(crypto, hash_name, self.attempt.psk, peer_nonce, nonce)
        cookies = self.initiator_cookie, self.responder_cookie
        own_id = Identity(IdType.IPV4_ADDR, 17, 0, self.policy.address)
        key_bytes = keys.phase1_key_bytes(transform.cipher, transform.key_bits)
        phase1 = keys.derive(crypto, hash_name, skeyid, g_xy, *cookies, transform.cipher, key_bytes)
        self._hash_i = keys.auth_hash(crypto, hash_name, skeyid, peer_public, pair.public, *cookies, sa_body, id_body)
        self._iv = keys.phase1_iv(crypto, hash_name, peer_public, pair.public, BLOCK_BYTES[transform.cipher])
        self.protection = Protection(crypto, hash_name, transform.cipher, phase1, b"")
        w = self.writer(ExchangeType.AGGRESSIVE, 0)
        w.begin(Payload.SA)
        write_sa(w, (answer,))
        w.end()
        w.add(Payload.KE, pair.public)
        w.add(Payload.NONCE, nonce)
        w.begin(Payload.ID)
        at = w.at
        write_id(w, own_id)
        own_id_body = bytes(w.buf[at : w.at])
        w.end()
        reverse = self.responder_cookie, self.initiator_cookie
        hash_r = keys.auth_hash(crypto, hash_name, skeyid, pair.public, peer_public, *reverse, sa_body, own_id_body)
        w.add(Payload.HASH, hash_r)
        for vendor_id in (VendorId.XAUTH, VendorId.UNITY, VendorId.DPD):
            w.add(Payload.VID, vendor_id)
        if self.natt.flavour is not None:
            w.add(Payload.VID, self.natt.flavour.vendor_id)
            theirs = keys.nat_d(crypto, hash_name, *cookies, self.peer, self.peer_port)
            ours = keys.nat_d(crypto, hash_name, *cookies, self.local_address(), self.local_port())
            w.add(self.natt.flavour.nat_d, theirs)
            w.add(self.natt.flavour.nat_d, ours)
        total = w.finish()
        self.first.received = crypto.hash("sha1", view)
        self.keep(self.first)
        self.send(self.first, w, bytes(w.buf[:total]), Sent.REQUEST, now)

    def _choose(self, view: memoryview, part: Part) -> tuple[Phase1Transform, Proposal]:
        """The first of *our* transforms that the client offers, and the answer that echoes it."""
        body = parse_sa(view, part.start, part.end)
        auth = IkeAuth.XAUTH_INIT_PSK if self.policy.xauth else IkeAuth.PSK
        for allowed in self.policy.phase1:
            for offered in body.proposals[0].transforms if body.proposals else ():
                known = proposal.read_phase1(offered)
                if known is None or known[1] != auth:
                    continue
                wanted = known[0]
                life_s, wanted.life_s = wanted.life_s, allowed.life_s
                if wanted == allowed:
                    wanted.life_s = life_s
                    first = body.proposals[0]
                    return wanted, Proposal(first.number, first.protocol, b"", (offered,))
        raise Refused("no-proposal", "nothing offered is allowed")

    def _accept_am3(self, view: memoryview, header: Header, now: int, source: Source) -> None:
        protection = self.sealed()
        plain, last_block = protection.open(view, header, self._iv)
        clear = memoryview(plain)
        parts, _ = parse_chain(clear, HEADER_BYTES, len(clear), header.next_payload)
        part = require(parts, Payload.HASH)
        protection.verify(clear[part.start : part.end], self._hash_i)
        self.socket, self.peer, self.peer_port = source
        natt.examine(
            self.natt,
            clear,
            parts,
            self.core.crypto,
            protection.hash,
            (self.initiator_cookie, self.responder_cookie),
            (self.local_address(), self.local_port()),
            (self.peer, self.peer_port),
        )
        protection.last_block = last_block
        self.first.received = self.core.crypto.hash("sha1", view)
        self.first.packet = b""
        self.first.waiting = False
        if self.policy.xauth:
            self.state = State.XAUTH
            self._ask(now)
        else:
            self.state = State.CONFIG
            self._configure(now)

    # --- XAUTH and Mode Config --------------------------------------------------------------------------------------

    def _ask(self, now: int) -> None:
        self.rounds += 1
        asked: Attributes = [(Xauth.USER_NAME, b""), (Xauth.PASSWORD, b"")]
        if self.rounds > 1:
            asked = [(Xauth.TYPE, 0), (Xauth.MESSAGE, b"next token"), (Xauth.PASSCODE, b"")]
        self._send(None, ConfigType.REQUEST, asked, Sent.REQUEST, now)

    def _send(self, exchange: Exchange | None, kind: int, attributes: Attributes, how: int, now: int) -> None:
        if exchange is None:
            exchange = self.open_exchange(ExchangeType.TRANSACTION, self, now)
        w = self.writer(exchange.kind, exchange.message_id)
        at = self.sealed().begin(w)
        w.begin(Payload.ATTR)
        write_config(w, ConfigMessage(kind, 7, tuple(attributes)))
        w.end()
        self.send_hashed(exchange, w, at, how, now)

    def transaction(self, exchange: Exchange, clear: memoryview, parts: list[Part], now: int) -> None:
        part = require(parts, Payload.ATTR)
        message = parse_config(clear, part.start, part.end)
        if self.state == State.XAUTH and self.passed is None:
            if message.type == ConfigType.REPLY:
                self._judge(dict(message.attributes), now)
        elif self.state == State.XAUTH and not self.passed:
            if message.type == ConfigType.ACK:
                self.informational.send_delete_isakmp(now)
                self.down("xauth-failed", "refused: wrong user or password", now)
        elif message.type == ConfigType.ACK and self.state == State.XAUTH:
            self.state = State.CONFIG
            self._configure(now)
        elif message.type == ConfigType.REQUEST:
            # Also in XAUTH: the ACK of the verdict may have been lost.
            wanted = dict(message.attributes).get(ConfigAttribute.IP4_ADDRESS)
            self.wanted = wanted if isinstance(wanted, bytes) and len(wanted) == 4 else None
            self._give(exchange, ConfigType.REPLY, Sent.ANSWER, now)
        elif message.type == ConfigType.ACK and self.state == State.CONFIG:
            self.state = State.UP

    def _judge(self, answer: dict[int, int | bytes], now: int) -> None:
        if self.rounds == 1:
            user = answer.get(Xauth.USER_NAME, b"")
            password = answer.get(Xauth.PASSWORD, b"")
            self.user = user.decode("utf-8", "replace") if isinstance(user, bytes) else ""
            known = self.policy.users.get(self.user)
            ok = known is not None and password == known.encode()
        else:
            ok = answer.get(Xauth.PASSCODE) == b"123456"
        if ok and self.rounds < self.policy.xauth_rounds:
            self._ask(now)
            return
        self.passed = ok
        self._send(None, ConfigType.SET, [(Xauth.STATUS, 1 if ok else 0)], Sent.REQUEST, now)
        self.core.emit(XauthResult(self.id, ok, self.user))

    def _configure(self, now: int) -> None:
        if self.policy.push:
            self._give(None, ConfigType.SET, Sent.REQUEST, now)

    def _give(self, exchange: Exchange | None, kind: int, how: int, now: int) -> None:
        if self.address is None:
            self.address = self.policy.lease(self.user, self.wanted)
        config = self.policy.mode_config(self.address) if self.address is not None else ModeConfig()
        self._send(exchange, kind, encode(config), how, now)
        if kind == ConfigType.REPLY:
            self.state = State.UP
        self.core.emit(Configured(self.id, config))

    # --- the rest ---------------------------------------------------------------------------------------------------

    def receive(self, view: memoryview, header: Header, now: int, source: Source) -> None:
        """One message of this client. Raises `Malformed` or `Refused`."""
        if header.exchange == ExchangeType.AGGRESSIVE:
            if self.core.crypto.hash("sha1", view) == self.first.received:
                self.repeat(self.first, now)
            elif header.flags & Flag.ENCRYPTION and self.state == State.AM1_SENT:
                self._accept_am3(view, header, now, source)
            else:
                raise Refused("state", "aggressive mode is over")
        elif not header.flags & Flag.ENCRYPTION or self.state in (State.AM1_SENT, State.DEAD):
            raise Refused("unencrypted", "unprotected or too early")
        else:
            self.receive_protected(view, header, now, source)

    def heard(self, now: int, source: Source) -> None:
        self.socket, self.peer, self.peer_port = source

    def renewable(self) -> list[Child]:
        """One template for each network that a client may reach from its address."""
        if self.address is None or self.state != State.UP:
            return []
        own = Selector(self.address, HOST_MASK)
        made = []
        for reachable in self.policy.networks():
            request = ChildRequest(reachable, own, self.policy.esp, self.policy.pfs)
            made.append(Child(0, request, 0))
        return made

    def shorten_phase1(self, life_s: int) -> None:
        """This gateway keeps no life of its ISAKMP SA."""

    def gave_up(self, exchange: Exchange, now: int) -> None:
        self.down("no-answer", "the client does not answer", now)

    def close(self, now: int) -> None:
        """Delete everything, as an administrator would."""
        if self.protection is not None and self.state != State.DEAD:
            for child in self.children:
                if child.up:
                    self.informational.send_delete_child(child, now)
            self.informational.send_delete_isakmp(now)
        self.down("closed", "closed", now)

    def down(self, cause: str, text: str, now: int) -> None:
        if self.state == State.DEAD:
            return
        for child in list(self.children):
            if child.up:
                self.child_down(child, "closed")
        self.children = []
        self.state = State.DEAD
        if self.address is not None:
            self.policy.release(self.address)
        self.exchanges = []
        self.core.emit(SessionDown(self.id, "up", cause, 0, text))

    def timeout(self, now: int) -> None:
        self.exchanges_due(now)
        self.children_due(now)


def encode(config: ModeConfig) -> Attributes:
    """ModeConfig as attributes."""
    rows: Attributes = []
    if config.address is not None:
        rows.append((ConfigAttribute.IP4_ADDRESS, config.address))
    if config.netmask is not None:
        rows.append((ConfigAttribute.IP4_NETMASK, config.netmask))
    rows.extend((ConfigAttribute.IP4_DNS, address) for address in config.dns)
    if config.banner:
        rows.append((Unity.BANNER, config.banner.encode()))
    if config.domain:
        rows.append((Unity.DEFAULT_DOMAIN, config.domain.encode()))
    if config.split_include:
        entries = b"".join(split.address + split.mask + bytes(6) for split in config.split_include)
        rows.append((Unity.SPLIT_INCLUDE, entries))
    return rows
