"""`show tech-support`: what a bug report needs, one `show` after the other under IOS's headers. No secret is in any of them.

Level 4, pure. What cannot be shown here says so in its place.

    show tech-support                 up_ms, sections: [command answer problem], answer as that command's own, null with a problem
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.console.render_json import top
from ezvpn.report.json_text import Object

# In privileged mode only.
SHOW_TECH = (
    ("show tech-support [json]$json", ("", "Everything for a bug report, without secrets", "As JSON"), "show_tech"),
)

SECTIONS = (
    "show version",
    "show clock detail",
    "show ntp status",
    "show ntp associations",
    "show running-config",
    "show interfaces",
    "show ip interface brief",
    "show ip route",
    "show processes cpu",
    "show processes memory",
    "show mqtt",
    "show crypto ipsec client ezvpn",
    "show crypto isakmp policy",
    "show crypto ipsec transform-set",
    "show crypto map",
    "show crypto isakmp key",
    "show crypto isakmp sa detail",
    "show crypto isakmp peers",
    "show crypto session detail",
    "show crypto ipsec sa",
    "show crypto isakmp counters",
    "show debugging",
    "show logging",
)


def _tech(caller: Caller, match: Match, now: int) -> "list[str]":
    out: "list[str]" = []
    for command in SECTIONS:
        out += ["", "------------------ " + command + " ------------------", ""]
        try:
            out += caller.shown(command, now)
        except Failed as fault:
            out.append("% " + str(fault.args[0]))
    return out


def _tech_json(caller: Caller, match: Match, now: int) -> Object:
    sections = []
    for command in SECTIONS:
        answer: "Object | None" = None
        problem = ""
        try:
            answer = caller.shown_json(command, now)
        except Failed as fault:
            problem = str(fault.args[0])
        sections.append(Object(("command", command), ("answer", answer), ("problem", problem)))
    return top(("up_ms", now), ("sections", sections))


SHOWS_TECH = {"show_tech": (_tech, _tech_json)}
