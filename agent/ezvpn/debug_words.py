"""The lines of `debug`, in IOS's words: mnemonic -> format. `log.form_of` loads this module when the first such line is read.

Level 0. Belongs here: words. Not here: when a line is told (`ike.debug`, `node.debugging`). The words of dead peer detection and
of the end of an SA are those of Cisco's "IPsec Dead Peer Detection Periodic Message Option" as printed there, the others those
of publicly posted IOS logs. `%s` in the first place is the SA's tag: `0:1:SW:1` is engine, connection and slot.
"""

_TAG = "ISAKMP:(%s):"
_PLAIN = "ISAKMP: "

WORDS = {
    # --- messages and their nodes (one node is one exchange below phase 1) ---
    "ISAKMP_SENDING": _TAG + " sending packet to %s my_port %d peer_port %d (%s) %s",
    "ISAKMP_RECEIVED": "ISAKMP (0:%d): received packet from %s dport %d sport %d Global (%s) %s",
    "ISAKMP_NODE_SET": _PLAIN + "set new node %d to %s",
    "ISAKMP_NODE_PURGE": _TAG + "purging node %d",
    "ISAKMP_NODE_DELETE": _TAG + 'deleting node %d error %s reason "%s"',
    "ISAKMP_RESEND": _TAG + " retransmitting phase %d %s...",
    "ISAKMP_REPEAT": _TAG + " phase %d packet is a duplicate of a previous packet.",
    "ISAKMP_PAYLOAD": _TAG + " processing %s payload. message ID = %d",
    "ISAKMP_VENDOR_PAYLOAD": _TAG + " processing vendor id payload",
    "ISAKMP_VENDOR": _TAG + " vendor ID is %s",
    "ISAKMP_NOTIFY": _TAG + " processing NOTIFY %s protocol %d spi 0, message ID = %d, sa = %s",
    "ISAKMP_INPUT": _TAG + "Input = %s, %s",
    "ISAKMP_STATE": _TAG + "Old State = %s  New State = %s",
    "ISAKMP_NODE_INPUT": _TAG + "Node %d, Input = %s, %s",
    # --- phase 1 ---
    "ISAKMP_AGGRESSIVE": _TAG + " beginning Aggressive Mode exchange",
    "ISAKMP_MAIN": _TAG + " beginning Main Mode exchange",
    "ISAKMP_TRANSFORM": _TAG + "Checking ISAKMP transform %d against priority %d policy",
    "ISAKMP_ATTRIBUTE": "ISAKMP:      %s",
    "ISAKMP_ACCEPTABLE": _TAG + "atts are acceptable. Next payload is 0",
    "ISAKMP_SKEYID": _TAG + "SKEYID state generated",
    "ISAKMP_NAT_MINE": "ISAKMP (0:%d): %s hash no match - this node %s NAT",
    "ISAKMP_NAT_NONE": "ISAKMP (0:%d): No NAT Found for self or peer",
    "ISAKMP_FLOAT": _TAG + "Detected port floating to port = %d",
    "ISAKMP_AUTHENTICATED": _TAG + "SA has been authenticated with %s",
    "ISAKMP_INITIAL_CONTACT": _TAG + "Send initial contact",
    "ISAKMP_RESTART_TIMER": _TAG + "restart ike sa timer to %d secs",
    # --- XAUTH and Mode Config ---
    "ISAKMP_TRANSACTION": _TAG + "processing transaction payload from %s. message ID = %d",
    "ISAKMP_CONFIG": _PLAIN + "Config payload %s",
    "ISAKMP_CONFIG_ATTRIBUTE": "ISAKMP:    %s",
    "ISAKMP_XAUTH_REQUEST": _TAG + "Xauth process request",
    "ISAKMP_XAUTH_SET": _TAG + "Xauth process set, status = %d",
    "ISAKMP_CONFIG_RESPOND": _TAG + " responding to peer config from %s. ID = %d",
    "ISAKMP_CONFIG_BEGIN": _TAG + " initiating peer config to %s. ID = %d",
    "ISAKMP_CONFIG_REPLY": "ISAKMP (0:%d): process config reply",
    "ISAKMP_NEED_CONFIG": _TAG + "Need config/address",
    # --- quick mode ---
    "ISAKMP_QUICK": _TAG + " beginning Quick Mode exchange, M-ID of %d",
    "ISAKMP_PROPOSAL": _TAG + "Checking IPSec proposal %d",
    "ISAKMP_ESP_TRANSFORM": _PLAIN + "transform %d, %s",
    "ISAKMP_ESP_ACCEPTABLE": _TAG + "atts are acceptable.",
    "ISAKMP_CREATING": _TAG + " Creating IPSec SAs",
    "ISAKMP_CREATED": "        %s SA from %s to %s has spi 0x%X(%d), proxy %s to %s",
    # --- dead peer detection ---
    "ISAKMP_DPD": _TAG + "IKE_DPD is enabled, initializing timers",
    "ISAKMP_DPD_ACK": _TAG + " DPD/R_U_THERE_ACK received from peer %s, sequence 0x%X",
    "ISAKMP_DPD_PROBED": _TAG + " DPD/R_U_THERE received from peer %s, sequence 0x%X",
    "ISAKMP_ERROR_COUNTER": _TAG + "incrementing error counter on sa: %s",
    "ISAKMP_NOT_RESPONDING": _TAG + "peer %s not responding!",
    "ISAKMP_NOT_PARANOID": _TAG + "peer does not do paranoid keepalives.",
    # --- the end of an SA ---
    "ISAKMP_DELETING": _TAG + 'deleting SA reason "%s" state (%s) %s (peer %s) input queue 0',
    "ISAKMP_UNLOCK_IPSEC": _PLAIN + "Unlocking IPSEC struct 0x%s from delete_siblings, count 0",
    "ISAKMP_UNLOCK_IKE": _PLAIN + "Unlocking IKE struct 0x%s for isadb_mark_sa_deleted(), count 0",
    "ISAKMP_REAP": _PLAIN + "Deleting peer node by peer_reap for %s: %s",
    "ISAKMP_KE_MESSAGE": _PLAIN + "received ke message (%d/%d)",
    "ISAKMP_NO_DELETE": _PLAIN + "ignoring request to send delete notify (no ISAKMP sa) src %s dst %s for SPI 0x%X",
    # --- debug crypto ipsec ---
    "IPSEC_REQUEST": "IPSEC(sa_request): (key eng. msg.) OUTBOUND local= %s, remote= %s, local_proxy= %s, "
    "remote_proxy= %s, protocol= ESP, lifedur= %ds and %dkb",
    "IPSEC_CREATED": "IPSEC(create_sa): sa created, (sa) sa_dest= %s, sa_proto= 50, sa_spi= 0x%X(%d), "
    "sa_trans= %s, sa_conn_id= %d",
    "IPSEC_PROXY": "IPSEC(initialize_sas): (key eng. msg.) %s local= %s, remote= %s, local_proxy= %s, "
    "remote_proxy= %s, protocol= ESP, transform= %s  (Tunnel), lifedur= %ds and %dkb, spi= 0x%X(%d)",
    "IPSEC_DELETED": "IPSEC(delete_sa): deleting SA, (sa) sa_dest= %s, sa_proto= 50, sa_spi= 0x%X(%d), reason= %s",
    # --- the log itself ---
    "DEBUG_LEFT_OUT": "%d debug lines left out",
}
