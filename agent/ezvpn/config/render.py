"""A configuration as IOS prints it. `config.text.parse` reads it back to the same values.

Level 3, pure. Defaults that IOS does not print are not printed (`on-demand`, `lifetime 86400`); secrets are printed plain for
the store and masked for eyes.
"""

from ezvpn.config import access_words, kept, secrets, tokens
from ezvpn.config.access import Line, User
from ezvpn.config.commands_global import LEVELS
from ezvpn.config.commands_line import BANNER_END
from ezvpn.config.commands_mqtt import SCHEMES
from ezvpn.config.kept_line import Kept
from ezvpn.config.model import (
    AccessList,
    Archive,
    Config,
    EzvpnProfile,
    Interface,
    MapEntry,
    Mqtt,
    Policy,
    StaticRoute,
    TransformSet,
)
from ezvpn.config.transforms import hash_word


def render(config: Config, masked: object = False) -> "list[str]":
    """The lines of the running configuration, without line ends; the last is `end`. masked: True for secrets as `<removed>`, or a
    function `seal` for secrets as type 6."""
    return _Renderer(config, masked).lines()


def to_text(config: Config, seal: object = False) -> str:
    """The text that goes into the store: secrets plain, or as type 6 with `seal`; one newline at the end."""
    return "\n".join(render(config, seal)) + "\n"


class _Renderer:
    def __init__(self, config: Config, masked: object) -> None:
        self.config = config
        self.masked = masked
        self.out: "list[str]" = []

    def lines(self) -> "list[str]":
        config = self.config
        defaults = Config()
        self.kept(kept.TOP)
        if not config.password_recovery:
            self.put("no service password-recovery")
        self.separate()
        self.put("hostname " + config.hostname)
        self.separate()
        self.kept(kept.BOOT)
        self.separate()
        if config.enable_secret is not None:
            self.put("enable secret " + secrets.write(config.enable_secret, self.masked))
        if config.enable_password is not None:
            self.put("enable password " + secrets.write(config.enable_password, self.masked))
        for user in config.users:
            self.user(user)
        self.separate()
        if config.password_encryption:
            self.put("password encryption aes")
        self.kept(kept.BASE)
        self.separate()
        if config.archive is not None:
            self.archive(config.archive)
            self.separate()
        if config.allow_weak:
            self.put("crypto isakmp allow-weak")
        for policy in config.policies:
            self.policy(policy)
        self.preshared_keys()
        if config.keepalive is not None:
            words = ["crypto isakmp keepalive", str(config.keepalive.seconds)]
            if config.keepalive.retry != 2:
                words.append(str(config.keepalive.retry))
            if config.keepalive.periodic:
                words.append("periodic")
            self.put(" ".join(words))
        self.separate()
        if config.sa_life_s != defaults.sa_life_s:
            self.put("crypto ipsec security-association lifetime seconds " + str(config.sa_life_s))
        if config.sa_life_kb != defaults.sa_life_kb:
            volume = str(config.sa_life_kb) if config.sa_life_kb else "disable"
            self.put("crypto ipsec security-association lifetime kilobytes " + volume)
        if config.anti_replay_window != defaults.anti_replay_window:
            self.put("crypto ipsec security-association replay window-size " + str(config.anti_replay_window))
        for transform_set in config.transform_sets:
            self.transform_set(transform_set)
        self.separate()
        for profile in config.profiles:
            self.profile(profile)
            self.separate()
        self.kept(kept.CRYPTO)
        self.separate()
        for entry in config.crypto_maps:
            self.map_entry(entry)
            self.separate()
        self.kept(kept.MAP)
        self.separate()
        for interface in config.interfaces:
            self.interface(interface)
            self.separate()
        if config.logging_level < 0:
            self.put("no logging console")
        elif config.logging_level != defaults.logging_level:
            self.put("logging console " + LEVELS[config.logging_level])
        if config.logging_kept < 0:
            self.put("no logging buffered")
        elif (config.logging_bytes, config.logging_kept) != (defaults.logging_bytes, defaults.logging_kept):
            level = "" if config.logging_kept == defaults.logging_kept else " " + LEVELS[config.logging_kept]
            self.put("logging buffered " + str(config.logging_bytes) + level)
        self.kept(kept.IP)
        self.separate()
        for route in config.routes:
            self.route(route)
        self.separate()
        for listed in config.access_lists:
            self.access_list(listed)
        self.separate()
        self.kept(kept.ACL)
        self.separate()
        if config.mqtt is not None:
            self.mqtt(config.mqtt)
            self.separate()
        self.banners()
        self.line(config.line)
        if not any(line.place == kept.TAIL and line.text.startswith("line ") for line in config.kept):
            self.separate()  # IOS prints the lines of a router without a `!` between them
        self.kept(kept.TAIL)
        self.separate()
        for server in config.ntp_servers:
            self.put("ntp server " + server.host + (" prefer" if server.prefer else ""))
        self.separate()
        self.put("end")
        return self.out

    def put(self, line: str) -> None:
        self.out.append(line)

    def separate(self) -> None:
        if not self.out or self.out[-1] != "!":
            self.out.append("!")

    def kept(self, place: int) -> None:
        """The kept lines of one place; blocks stand apart."""
        for line in self.config.kept:
            if line.place == place:
                self.kept_line("", line)
                for inner in line.lines:
                    self.kept_line(" ", inner)
                if line.lines:
                    self.separate()

    def kept_line(self, indent: str, line: Kept) -> None:
        secret = "" if line.secret is None else " " + secrets.write(line.secret, self.masked)
        self.put(indent + line.text + secret)

    def user(self, user: User) -> None:
        privilege = "" if user.privilege == 1 else " privilege " + str(user.privilege)
        what = " secret " if user.strong else " password "
        self.put("username " + user.name + privilege + what + secrets.write(user.secret, self.masked))

    def banners(self) -> None:
        for which in ("exec", "login", "motd"):
            text = getattr(self.config.banner, which)
            if text:
                self.put("banner " + which + " " + BANNER_END)
                self.out += text.split("\n")
                self.put(BANNER_END)

    def line(self, line: Line) -> None:
        defaults = Line()
        if not line.written:
            return
        self.separate()
        self.put("line con 0")
        if line.exec_timeout_s != defaults.exec_timeout_s:
            self.put(" exec-timeout " + str(line.exec_timeout_s // 60) + " " + str(line.exec_timeout_s % 60))
        if line.password is not None:
            self.put(" password " + secrets.write(line.password, self.masked))
        if line.synchronous:
            self.put(" logging synchronous")
        if line.login:
            self.put(" login" + (" local" if line.login == "local" else ""))
        for field, words in (
            ("history", " history size "),
            ("length", " length "),
            ("width", " width "),
            ("speed", " speed "),
        ):
            value = getattr(line, field)
            if value != getattr(defaults, field):
                self.put(words + str(value))
        for kept_line in line.kept:
            self.kept_line(" ", kept_line)

    def archive(self, archive: Archive) -> None:
        self.put("archive")
        for line in archive.kept:
            self.kept_line(" ", line)
        if archive.path:
            self.put(" path " + archive.path)
        if archive.maximum != Archive().maximum:
            self.put(" maximum " + str(archive.maximum))
        if archive.write_memory:
            self.put(" write-memory")

    def policy(self, policy: Policy) -> None:
        defaults = Policy(policy.priority)
        self.put("crypto isakmp policy " + str(policy.priority))
        bits = " " + str(policy.key_bits) if policy.key_bits not in (0, 128) else ""
        self.put(" encryption " + policy.cipher + bits)
        if policy.hash != defaults.hash:
            self.put(" hash " + hash_word(policy.hash))
        self.put(" authentication " + policy.authentication)
        self.put(" group " + str(policy.group))
        if policy.life_s != defaults.life_s:
            self.put(" lifetime " + str(policy.life_s))
        self.separate()

    def preshared_keys(self) -> None:
        for key in self.config.preshared_keys:
            text = secrets.write(key.key, self.masked)
            if text in ("0", "6"):
                text = "0 " + text  # alone they would read as the type of the next word
            if key.address is None:
                where = "hostname " + key.hostname
            else:
                where = "address " + tokens.dotted(key.address)
                if key.mask != b"\xff\xff\xff\xff":
                    where += " " + tokens.dotted(key.mask)
            self.put("crypto isakmp key " + text + " " + where + (" no-xauth" if key.no_xauth else ""))

    def transform_set(self, transform_set: TransformSet) -> None:
        self.put("crypto ipsec transform-set " + transform_set.name + " " + " ".join(transform_set.words))

    def profile(self, profile: EzvpnProfile) -> None:
        defaults = EzvpnProfile(profile.name)
        self.put("crypto ipsec client ezvpn " + profile.name)
        self.put(" connect " + profile.connect)
        if profile.key is not None:
            self.put(" group " + tokens.quoted(profile.group) + " key " + secrets.write(profile.key, self.masked))
        self.put(" mode " + profile.mode)
        for peer in profile.peers:
            self.put(" peer " + peer.host + (" default" if peer.default else ""))
        if profile.idletime_s is not None:
            self.put(" idletime " + str(profile.idletime_s))
        if profile.standby_warm:
            self.put(" standby warm")
        if profile.password is not None:
            self.put(
                " username "
                + tokens.quoted(profile.username)
                + " password "
                + secrets.write(profile.password, self.masked)
            )
        if profile.xauth_mode != defaults.xauth_mode:
            self.put(" xauth userid mode " + profile.xauth_mode)
        if profile.xauth_retry_minutes is None:
            self.put(" xauth retry-minutes never")
        elif profile.xauth_retry_minutes != defaults.xauth_retry_minutes:
            self.put(" xauth retry-minutes " + str(profile.xauth_retry_minutes))
        if profile.pfs_group is not None:
            self.put(" pfs group " + str(profile.pfs_group))
        if profile.transform_sets:
            self.put(" transform-set " + " ".join(profile.transform_sets))

    def map_entry(self, entry: MapEntry) -> None:
        self.put("crypto map " + entry.name + " " + str(entry.sequence) + " ipsec-isakmp")
        if entry.description:
            self.put(" description " + entry.description)
        for peer in entry.peers:
            self.put(
                " set peer " + peer.host + (" dynamic" if peer.dynamic else "") + (" default" if peer.default else "")
            )
        if entry.life_s is not None:
            self.put(" set security-association lifetime seconds " + str(entry.life_s))
        if entry.life_kb is not None:
            self.put(
                " set security-association lifetime kilobytes " + (str(entry.life_kb) if entry.life_kb else "disable")
            )
        if entry.transform_sets:
            self.put(" set transform-set " + " ".join(entry.transform_sets))
        if entry.pfs_group:
            self.put(" set pfs group" + str(entry.pfs_group))
        if entry.access_list:
            self.put(" match address " + entry.access_list)
        for line in entry.kept:
            self.kept_line(" ", line)

    def route(self, route: StaticRoute) -> None:
        words = [tokens.dotted(route.network), tokens.dotted(route.mask), tokens.dotted(route.gateway)]
        self.put("ip route " + " ".join(words) + (" " + str(route.distance) if route.distance != 1 else ""))

    def access_list(self, listed: AccessList) -> None:
        """Sequence numbers are printed where they are not the ones that a reader would give: then in a block, as IOS has it."""
        usual = [1 for i in range(len(listed.entries)) if listed.entries[i].sequence != 10 * (i + 1)] == []
        numbered = listed.name[0].isdigit() and usual and listed.entries != []
        if not numbered:
            self.separate()
            self.put("ip access-list extended " + listed.name)
        head = "access-list " + listed.name + " " if numbered else " "
        last = 0
        for entry in listed.entries:
            number = "" if entry.sequence == last + 10 else str(entry.sequence) + " "
            self.put(head + number + access_words.line(entry))
            last = entry.sequence
        if not numbered:
            self.separate()

    def interface(self, interface: Interface) -> None:
        self.put("interface " + interface.name)
        if interface.description:
            self.put(" description " + interface.description)
        if interface.dhcp:
            self.put(" ip address dhcp")
        elif interface.address is not None and interface.mask is not None:
            self.put(" ip address " + tokens.dotted(interface.address) + " " + tokens.dotted(interface.mask))
        if interface.shutdown:
            self.put(" shutdown")
        for line in interface.kept:
            self.kept_line(" ", line)
        if interface.crypto_map:
            self.put(" crypto map " + interface.crypto_map)
        for name, side in interface.ezvpn:
            self.put(" crypto ipsec client ezvpn " + name + " " + side)

    def mqtt(self, mqtt: Mqtt) -> None:
        defaults = Mqtt()
        self.put("mqtt")
        if mqtt.host is not None:
            scheme = "mqtts" if mqtt.tls else "mqtt"
            port = ":" + str(mqtt.port) if mqtt.port != SCHEMES[scheme][1] else ""
            self.put(" broker " + scheme + "://" + mqtt.host + port)
        if mqtt.client_id:
            self.put(" client-id " + mqtt.client_id)
        if mqtt.password is not None:
            self.put(
                " username " + tokens.quoted(mqtt.username) + " password " + secrets.write(mqtt.password, self.masked)
            )
        if mqtt.ca:
            self.put(" ca " + tokens.quoted(mqtt.ca))
        if mqtt.certificate:
            self.put(" certificate " + tokens.quoted(mqtt.certificate) + " key " + tokens.quoted(mqtt.key))
        if mqtt.topic_prefix != defaults.topic_prefix:
            self.put(" topic-prefix " + mqtt.topic_prefix)
        if mqtt.keepalive_s != defaults.keepalive_s:
            self.put(" keepalive " + str(mqtt.keepalive_s))
        if mqtt.metrics_interval_s != defaults.metrics_interval_s:
            self.put(" metrics-interval " + str(mqtt.metrics_interval_s))
