"""The Easy VPN remote's states and events, in IOS's words, and its transitions as one literal table.

Belongs here: names and arcs. Not here: what an arc does (`machine`, `login`). IOS's state names are the contract; it publishes no
transition table, so the arcs are this project's own.
"""


class State:
    """What `show crypto ipsec client ezvpn` prints behind `Current State:`."""

    IDLE = "IDLE"  # the configuration is not complete
    VALID_CFG = "VALID_CFG"  # complete, but the outside interface is absent or down
    CONNECT_REQUIRED = "CONNECT_REQUIRED"  # connect manual: waits for the command
    READY = "READY"  # phase 1 is being negotiated, or waits for its next try, or Mode Config is awaited
    XAUTH_REQ = "XAUTH_REQ"  # credentials are awaited, or the last ones were rejected
    XAUTH_PROMPT = "XAUTH_PROMPT"  # a human is asked
    XAUTH_REPLIED = "XAUTH_REPLIED"
    SS_OPEN = "SS_OPEN"  # configured; quick modes are running
    IPSEC_ACTIVE = "IPSEC_ACTIVE"


STATES = (
    State.IDLE,
    State.VALID_CFG,
    State.CONNECT_REQUIRED,
    State.READY,
    State.XAUTH_REQ,
    State.XAUTH_PROMPT,
    State.XAUTH_REPLIED,
    State.SS_OPEN,
    State.IPSEC_ACTIVE,
)


class Input:
    """What `Last Event:` prints. CONFIG_INCOMPLETE and XAUTH_REJECTED are ours, the rest are IOS's."""

    VALID_CONFIG_ENTERED = "VALID_CONFIG_ENTERED"
    CONFIG_INCOMPLETE = "CONFIG_INCOMPLETE"
    INTERFACE_UP = "INTERFACE_UP"
    INTERFACE_DOWN = "INTERFACE_DOWN"
    IP_CHANGED = "IP_CHANGED"
    CONNECT = "CONNECT"
    RESET = "RESET"
    CONN_UP = "CONN_UP"
    CONN_DOWN = "CONN_DOWN"
    XAUTH_REQUEST = "XAUTH_REQUEST"
    XAUTH_PROMPTING = "XAUTH_PROMPTING"
    XAUTH_REQ_INFO_READY = "XAUTH_REQ_INFO_READY"
    XAUTH_STATUS = "XAUTH_STATUS"
    XAUTH_REJECTED = "XAUTH_REJECTED"
    MODE_CONFIG_REPLY = "MODE_CONFIG_REPLY"
    SOCKET_READY = "SOCKET_READY"
    SOCKET_UP = "SOCKET_UP"
    SOCKET_DOWN = "SOCKET_DOWN"


INPUTS = (
    Input.VALID_CONFIG_ENTERED,
    Input.CONFIG_INCOMPLETE,
    Input.INTERFACE_UP,
    Input.INTERFACE_DOWN,
    Input.IP_CHANGED,
    Input.CONNECT,
    Input.RESET,
    Input.CONN_UP,
    Input.CONN_DOWN,
    Input.XAUTH_REQUEST,
    Input.XAUTH_PROMPTING,
    Input.XAUTH_REQ_INFO_READY,
    Input.XAUTH_STATUS,
    Input.XAUTH_REJECTED,
    Input.MODE_CONFIG_REPLY,
    Input.SOCKET_READY,
    Input.SOCKET_UP,
    Input.SOCKET_DOWN,
)

# A target that is decided when the arc is taken: READY with `connect auto` or while the round has untried peers, else
# CONNECT_REQUIRED.
AGAIN = "AGAIN"

# (state, input) -> (new state, action). The action is a method `_do_<action>` of `EasyVpn`, "" = none.
# What has no row is ignored and counted.
TRANSITIONS = {
    ("IDLE", "VALID_CONFIG_ENTERED"): ("VALID_CFG", "consider"),
    #
    ("VALID_CFG", "INTERFACE_UP"): (AGAIN, "start"),
    ("VALID_CFG", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("CONNECT_REQUIRED", "CONNECT"): ("READY", "attempt"),
    ("CONNECT_REQUIRED", "RESET"): (AGAIN, "start"),
    ("CONNECT_REQUIRED", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("CONNECT_REQUIRED", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("READY", "CONNECT"): ("READY", "attempt"),
    ("READY", "INTERFACE_UP"): ("READY", "attempt"),  # a new link or address ends the wait between tries
    ("READY", "CONN_UP"): ("XAUTH_REQ", ""),
    ("READY", "XAUTH_REQUEST"): ("XAUTH_REQ", "credentials"),
    ("READY", "XAUTH_STATUS"): ("READY", ""),
    ("READY", "XAUTH_REJECTED"): ("XAUTH_REQ", "hold"),
    ("READY", "MODE_CONFIG_REPLY"): ("SS_OPEN", "attach"),
    ("READY", "CONN_DOWN"): (AGAIN, "resume"),
    ("READY", "RESET"): (AGAIN, "restart"),
    ("READY", "IP_CHANGED"): (AGAIN, "restart"),
    ("READY", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("READY", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("XAUTH_REQ", "CONNECT"): ("READY", "attempt"),
    ("XAUTH_REQ", "XAUTH_REQUEST"): ("XAUTH_REQ", "credentials"),
    ("XAUTH_REQ", "XAUTH_PROMPTING"): ("XAUTH_PROMPT", "prompt"),
    ("XAUTH_REQ", "XAUTH_REQ_INFO_READY"): ("XAUTH_REPLIED", "answer"),
    ("XAUTH_REQ", "XAUTH_STATUS"): ("READY", ""),
    ("XAUTH_REQ", "XAUTH_REJECTED"): ("XAUTH_REQ", "hold"),
    ("XAUTH_REQ", "MODE_CONFIG_REPLY"): ("SS_OPEN", "attach"),
    ("XAUTH_REQ", "CONN_DOWN"): (AGAIN, "resume"),
    ("XAUTH_REQ", "RESET"): (AGAIN, "restart"),
    ("XAUTH_REQ", "IP_CHANGED"): (AGAIN, "restart"),
    ("XAUTH_REQ", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("XAUTH_REQ", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("XAUTH_PROMPT", "XAUTH_REQUEST"): ("XAUTH_REQ", "credentials"),
    ("XAUTH_PROMPT", "XAUTH_REQ_INFO_READY"): ("XAUTH_REPLIED", "answer"),
    ("XAUTH_PROMPT", "XAUTH_STATUS"): ("READY", ""),
    ("XAUTH_PROMPT", "XAUTH_REJECTED"): ("XAUTH_REQ", "hold"),
    ("XAUTH_PROMPT", "MODE_CONFIG_REPLY"): ("SS_OPEN", "attach"),
    ("XAUTH_PROMPT", "CONN_DOWN"): (AGAIN, "resume"),
    ("XAUTH_PROMPT", "RESET"): (AGAIN, "restart"),
    ("XAUTH_PROMPT", "IP_CHANGED"): (AGAIN, "restart"),
    ("XAUTH_PROMPT", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("XAUTH_PROMPT", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("XAUTH_REPLIED", "XAUTH_REQUEST"): ("XAUTH_REQ", "credentials"),
    ("XAUTH_REPLIED", "XAUTH_STATUS"): ("READY", ""),
    ("XAUTH_REPLIED", "XAUTH_REJECTED"): ("XAUTH_REQ", "hold"),
    ("XAUTH_REPLIED", "MODE_CONFIG_REPLY"): ("SS_OPEN", "attach"),
    ("XAUTH_REPLIED", "CONN_DOWN"): (AGAIN, "resume"),
    ("XAUTH_REPLIED", "RESET"): (AGAIN, "restart"),
    ("XAUTH_REPLIED", "IP_CHANGED"): (AGAIN, "restart"),
    ("XAUTH_REPLIED", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("XAUTH_REPLIED", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("SS_OPEN", "SOCKET_READY"): ("SS_OPEN", "open_flows"),
    ("SS_OPEN", "SOCKET_UP"): ("IPSEC_ACTIVE", "up"),
    ("SS_OPEN", "MODE_CONFIG_REPLY"): ("SS_OPEN", "attach"),
    ("SS_OPEN", "XAUTH_REQUEST"): ("SS_OPEN", "credentials"),
    ("SS_OPEN", "XAUTH_PROMPTING"): ("SS_OPEN", "prompt"),
    ("SS_OPEN", "XAUTH_REQ_INFO_READY"): ("SS_OPEN", "answer"),
    ("SS_OPEN", "XAUTH_STATUS"): ("SS_OPEN", ""),
    ("SS_OPEN", "XAUTH_REJECTED"): ("XAUTH_REQ", "hold"),
    ("SS_OPEN", "CONN_DOWN"): (AGAIN, "resume"),
    ("SS_OPEN", "RESET"): (AGAIN, "restart"),
    ("SS_OPEN", "IP_CHANGED"): (AGAIN, "restart"),
    ("SS_OPEN", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("SS_OPEN", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
    #
    ("IPSEC_ACTIVE", "SOCKET_UP"): ("IPSEC_ACTIVE", ""),  # one event for each further or renewed SA
    ("IPSEC_ACTIVE", "SOCKET_DOWN"): ("SS_OPEN", ""),
    ("IPSEC_ACTIVE", "MODE_CONFIG_REPLY"): ("SS_OPEN", "attach"),
    ("IPSEC_ACTIVE", "XAUTH_REQUEST"): ("IPSEC_ACTIVE", "credentials"),
    ("IPSEC_ACTIVE", "XAUTH_PROMPTING"): ("IPSEC_ACTIVE", "prompt"),
    ("IPSEC_ACTIVE", "XAUTH_REQ_INFO_READY"): ("IPSEC_ACTIVE", "answer"),
    ("IPSEC_ACTIVE", "XAUTH_STATUS"): ("IPSEC_ACTIVE", ""),
    ("IPSEC_ACTIVE", "XAUTH_REJECTED"): ("XAUTH_REQ", "hold"),
    ("IPSEC_ACTIVE", "CONN_DOWN"): (AGAIN, "resume"),
    ("IPSEC_ACTIVE", "RESET"): (AGAIN, "restart"),
    ("IPSEC_ACTIVE", "IP_CHANGED"): (AGAIN, "restart"),
    ("IPSEC_ACTIVE", "INTERFACE_DOWN"): ("VALID_CFG", "stop"),
    ("IPSEC_ACTIVE", "CONFIG_INCOMPLETE"): ("IDLE", "stop"),
}
