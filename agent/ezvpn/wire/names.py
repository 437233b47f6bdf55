"""Names of protocol numbers for humans. Imported by the console, the log and events' texts only; nothing decides by a name.

An unknown number is its decimal in text; an unknown vendor ID is "".
"""

from ezvpn.wire.attributes import ConfigAttribute, ConfigType, Unity, Xauth
from ezvpn.wire.isakmp import Exchange, Payload
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.payloads import IdType, VendorId
from ezvpn.wire.sa import Protocol

_EXCHANGES = {
    Exchange.MAIN: "main mode",
    Exchange.AGGRESSIVE: "aggressive mode",
    Exchange.INFORMATIONAL: "informational",
    Exchange.TRANSACTION: "transaction",
    Exchange.QUICK: "quick mode",
    Exchange.NEW_GROUP: "new group mode",
}

_PAYLOADS = {
    Payload.NONE: "NONE",
    Payload.SA: "SA",
    Payload.P: "P",
    Payload.T: "T",
    Payload.KE: "KE",
    Payload.ID: "ID",
    Payload.CERT: "CERT",
    Payload.CR: "CR",
    Payload.HASH: "HASH",
    Payload.SIG: "SIG",
    Payload.NONCE: "NONCE",
    Payload.N: "N",
    Payload.D: "D",
    Payload.VID: "VID",
    Payload.ATTR: "ATTR",
    Payload.NAT_D: "NAT-D",
    Payload.NAT_OA: "NAT-OA",
    Payload.NAT_D_DRAFT: "NAT-D",
    Payload.NAT_OA_DRAFT: "NAT-OA",
    Payload.FRAG: "FRAG",
}

_NOTIFIES = {
    NotifyType.INVALID_PAYLOAD_TYPE: "INVALID-PAYLOAD-TYPE",
    NotifyType.DOI_NOT_SUPPORTED: "DOI-NOT-SUPPORTED",
    NotifyType.SITUATION_NOT_SUPPORTED: "SITUATION-NOT-SUPPORTED",
    NotifyType.INVALID_COOKIE: "INVALID-COOKIE",
    NotifyType.INVALID_MAJOR_VERSION: "INVALID-MAJOR-VERSION",
    NotifyType.INVALID_MINOR_VERSION: "INVALID-MINOR-VERSION",
    NotifyType.INVALID_EXCHANGE_TYPE: "INVALID-EXCHANGE-TYPE",
    NotifyType.INVALID_FLAGS: "INVALID-FLAGS",
    NotifyType.INVALID_MESSAGE_ID: "INVALID-MESSAGE-ID",
    NotifyType.INVALID_PROTOCOL_ID: "INVALID-PROTOCOL-ID",
    NotifyType.INVALID_SPI: "INVALID-SPI",
    NotifyType.INVALID_TRANSFORM_ID: "INVALID-TRANSFORM-ID",
    NotifyType.ATTRIBUTES_NOT_SUPPORTED: "ATTRIBUTES-NOT-SUPPORTED",
    NotifyType.NO_PROPOSAL_CHOSEN: "NO-PROPOSAL-CHOSEN",
    NotifyType.BAD_PROPOSAL_SYNTAX: "BAD-PROPOSAL-SYNTAX",
    NotifyType.PAYLOAD_MALFORMED: "PAYLOAD-MALFORMED",
    NotifyType.INVALID_KEY_INFORMATION: "INVALID-KEY-INFORMATION",
    NotifyType.INVALID_ID_INFORMATION: "INVALID-ID-INFORMATION",
    NotifyType.INVALID_CERT_ENCODING: "INVALID-CERT-ENCODING",
    NotifyType.INVALID_CERTIFICATE: "INVALID-CERTIFICATE",
    NotifyType.CERT_TYPE_UNSUPPORTED: "CERT-TYPE-UNSUPPORTED",
    NotifyType.INVALID_CERT_AUTHORITY: "INVALID-CERT-AUTHORITY",
    NotifyType.INVALID_HASH_INFORMATION: "INVALID-HASH-INFORMATION",
    NotifyType.AUTHENTICATION_FAILED: "AUTHENTICATION-FAILED",
    NotifyType.INVALID_SIGNATURE: "INVALID-SIGNATURE",
    NotifyType.ADDRESS_NOTIFICATION: "ADDRESS-NOTIFICATION",
    NotifyType.NOTIFY_SA_LIFETIME: "NOTIFY-SA-LIFETIME",
    NotifyType.CERTIFICATE_UNAVAILABLE: "CERTIFICATE-UNAVAILABLE",
    NotifyType.UNSUPPORTED_EXCHANGE_TYPE: "UNSUPPORTED-EXCHANGE-TYPE",
    NotifyType.UNEQUAL_PAYLOAD_LENGTHS: "UNEQUAL-PAYLOAD-LENGTHS",
    NotifyType.CONNECTED: "CONNECTED",
    NotifyType.RESPONDER_LIFETIME: "RESPONDER-LIFETIME",
    NotifyType.REPLAY_STATUS: "REPLAY-STATUS",
    NotifyType.INITIAL_CONTACT: "INITIAL-CONTACT",
    NotifyType.CISCO_HELLO: "HELLO",
    NotifyType.CISCO_WWTEBR: "WWTEBR",
    NotifyType.CISCO_SHUT_UP: "SHUT_UP",
    NotifyType.IOS_KEEP_ALIVE_REQ: "IOS_KEEP_ALIVE_REQ",
    NotifyType.IOS_KEEP_ALIVE_ACK: "IOS_KEEP_ALIVE_ACK",
    NotifyType.R_U_THERE: "R-U-THERE",
    NotifyType.R_U_THERE_ACK: "R-U-THERE-ACK",
    NotifyType.NETSCREEN_NHTB: "NHTB",
    NotifyType.UNITY_HEARTBEAT: "HEARTBEAT",
    NotifyType.UNITY_LOAD_BALANCE: "LOAD_BALANCE",
    NotifyType.UNITY_GROUP_HASH: "PRESHARED_KEY_HASH",
}

_PROTOCOLS = {Protocol.ISAKMP: "ISAKMP", Protocol.AH: "AH", Protocol.ESP: "ESP", Protocol.IPCOMP: "IPCOMP"}

_ID_TYPES = {
    IdType.IPV4_ADDR: "IPV4_ADDR",
    IdType.FQDN: "FQDN",
    IdType.USER_FQDN: "USER_FQDN",
    IdType.IPV4_SUBNET: "IPV4_SUBNET",
    IdType.IPV6_ADDR: "IPV6_ADDR",
    IdType.IPV6_SUBNET: "IPV6_SUBNET",
    IdType.IPV4_RANGE: "IPV4_RANGE",
    IdType.IPV6_RANGE: "IPV6_RANGE",
    IdType.DER_ASN1_DN: "DER_ASN1_DN",
    IdType.DER_ASN1_GN: "DER_ASN1_GN",
    IdType.KEY_ID: "KEY_ID",
}

_CONFIG_TYPES = {
    ConfigType.REQUEST: "REQUEST",
    ConfigType.REPLY: "REPLY",
    ConfigType.SET: "SET",
    ConfigType.ACK: "ACK",
}

_ATTRIBUTES = {
    ConfigAttribute.IP4_ADDRESS: "IP4_ADDRESS",
    ConfigAttribute.IP4_NETMASK: "IP4_NETMASK",
    ConfigAttribute.IP4_DNS: "IP4_DNS",
    ConfigAttribute.IP4_NBNS: "IP4_NBNS",
    ConfigAttribute.ADDRESS_EXPIRY: "ADDRESS_EXPIRY",
    ConfigAttribute.IP4_DHCP: "IP4_DHCP",
    ConfigAttribute.APPLICATION_VERSION: "APPLICATION_VERSION",
    ConfigAttribute.IP6_ADDRESS: "IP6_ADDRESS",
    ConfigAttribute.IP6_NETMASK: "IP6_NETMASK",
    ConfigAttribute.IP6_DNS: "IP6_DNS",
    ConfigAttribute.IP6_NBNS: "IP6_NBNS",
    ConfigAttribute.IP6_DHCP: "IP6_DHCP",
    ConfigAttribute.IP4_SUBNET: "IP4_SUBNET",
    ConfigAttribute.SUPPORTED_ATTRIBUTES: "SUPPORTED_ATTRIBUTES",
    ConfigAttribute.IP6_SUBNET: "IP6_SUBNET",
    Xauth.TYPE: "XAUTH_TYPE",
    Xauth.USER_NAME: "XAUTH_USER_NAME",
    Xauth.PASSWORD: "XAUTH_PASSWORD",
    Xauth.PASSCODE: "XAUTH_PASSCODE",
    Xauth.MESSAGE: "XAUTH_MESSAGE",
    Xauth.CHALLENGE: "XAUTH_CHALLENGE",
    Xauth.DOMAIN: "XAUTH_DOMAIN",
    Xauth.STATUS: "XAUTH_STATUS",
    Xauth.NEXT_PIN: "XAUTH_NEXT_PIN",
    Xauth.ANSWER: "XAUTH_ANSWER",
    Unity.BANNER: "BANNER",
    Unity.SAVE_PASSWORD: "SAVE_PASSWD",
    Unity.DEFAULT_DOMAIN: "DEF_DOMAIN",
    Unity.SPLIT_DNS: "SPLIT_DNS",
    Unity.SPLIT_INCLUDE: "SPLIT_INCLUDE",
    Unity.UDP_NATT_PORT: "UDP_NATT_PORT",
    Unity.LOCAL_LAN: "LOCAL_LAN",
    Unity.PFS: "PFS",
    Unity.FIREWALL_TYPE: "FW_TYPE",
    Unity.BACKUP_SERVERS: "BACKUP_SERVERS",
    Unity.DDNS_HOSTNAME: "DDNS_HOSTNAME",
    Unity.SMARTCARD_DISCONNECT: "SMARTCARD_DISCONNECT",
}

# (bytes, how many of the first bytes must match: 0 = all and no more, name)
_VENDORS = (
    (VendorId.UNITY, 14, "Cisco Unity"),
    (VendorId.XAUTH, 0, "XAUTH"),
    (VendorId.DPD, 14, "DPD"),
    (VendorId.NATT_RFC, 0, "NAT-T RFC 3947"),
    (VendorId.NATT_08, 0, "NAT-T draft-08"),
    (VendorId.NATT_07, 0, "NAT-T draft-07"),
    (VendorId.NATT_06, 0, "NAT-T draft-06"),
    (VendorId.NATT_05, 0, "NAT-T draft-05"),
    (VendorId.NATT_04, 0, "NAT-T draft-04"),
    (VendorId.NATT_03, 0, "NAT-T draft-03"),
    (VendorId.NATT_02N, 0, "NAT-T draft-02\\n"),
    (VendorId.NATT_02, 0, "NAT-T draft-02"),
    (VendorId.NATT_01, 0, "NAT-T draft-01"),
    (VendorId.NATT_00, 0, "NAT-T draft-00"),
    (VendorId.FRAGMENTATION, 16, "IKE fragmentation"),
    (VendorId.VPN3000, 14, "VPN 3000 concentrator"),
    (VendorId.ALTIGA, 0, "VPN 3000 client"),
    (VendorId.DELETE_REASON, 0, "delete with reason"),
    (VendorId.DELETE_REASON_TEXT, 0, "delete with reason"),
    (VendorId.HEARTBEATS, 0, "heartbeats-00"),
    (VendorId.NETSCREEN_HEARTBEAT, 16, "Netscreen heartbeat"),
    (VendorId.SHREW_DPD, 0, "Shrew DPD"),
    (VendorId.CISCO_VPN_REVISION, 0, "CISCOVPN-REV-02"),
    (VendorId.FLEXVPN, 0, "FLEXVPN-SUPPORTED"),
)


def exchange_name(number: int) -> str:
    return _EXCHANGES.get(number, str(number))


def payload_name(number: int) -> str:
    return _PAYLOADS.get(number, str(number))


def notify_name(number: int) -> str:
    return _NOTIFIES.get(number, str(number))


def protocol_name(number: int) -> str:
    return _PROTOCOLS.get(number, str(number))


def id_type_name(number: int) -> str:
    return _ID_TYPES.get(number, str(number))


def config_type_name(number: int) -> str:
    """REQUEST, REPLY, SET, ACK."""
    return _CONFIG_TYPES.get(number, str(number))


def attribute_name(number: int) -> str:
    """A Mode Config, XAUTH or Unity attribute."""
    return _ATTRIBUTES.get(number, str(number))


def vendor_name(data: "bytes | bytearray | memoryview") -> str:
    """Whose vendor ID the body is, "" if unknown. Of those that end with a version only what is before it is compared."""
    body = bytes(data)
    for known, count, name in _VENDORS:
        if (body[:count] == known[:count]) if count else (body == known):
            return name
    return ""
