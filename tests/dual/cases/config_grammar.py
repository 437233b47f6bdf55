"""Matching, help and completion: both interpreters print the same for every configuration mode.

SOURCE: the command tables of ezvpn.config
"""

from ezvpn.config.commands import Modes

modes = Modes()
LINES = (
    "",
    "c",
    "n",
    "no ",
    "no p",
    "de ",
    "crypto isakmp ",
    "cry isa keep 10 per",
    "crypto isakmp keepalive ",
    "crypto isakmp keepalive 9",
    "crypto isakmp ke 10",
    "crypto isakmp key 0 k address 10.0.0.1 255.0.0.0",
    "crypto isakmp polcy 1",
    "crypto ipsec transform-set t esp-aes 256 esp-sha-hmac",
    "crypto ipsec client ezvpn hq ins",
    "interface fast 0/1",
    "interface eth0",
    "peer 10.2.80.300",
    "peer vpn.example d",
    "group g key 0 two  words ",
    "hash sha",
    "broker mqtt://b",
    "ip address 10.0.0.1 255.0.255.0",
    "exit now",
    "\t nonsense \u00e9 \u0663",
)
for name in modes.names():
    mode = modes.mode(name)
    print(name, mode.prompt, mode.parent)
    for line in LINES:
        match = mode.match(line)
        if match.status == "ok":
            print(line, "|", match.action, match.negate, sorted(match.args.items()), match.full)
        else:
            print(line, "|", match.status, match.column, match.message(), match.reason())
        print(" ", mode.help(line), mode.complete(line))
