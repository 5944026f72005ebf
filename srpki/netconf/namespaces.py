"""The namespaces of what NETCONF clients send and are answered."""

from __future__ import annotations

from typing import Final

from srpki.config.xml import NAMESPACES

BASE: Final = "urn:ietf:params:xml:ns:netconf:base:1.0"
"""Messages and operations [RFC 6241]."""
WITH_DEFAULTS: Final = "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"
"""[RFC 6243]."""
NOTIFICATION: Final = "urn:ietf:params:xml:ns:netconf:notification:1.0"
"""[RFC 5277]."""
STREAMS: Final = "urn:ietf:params:xml:ns:netmod:notification"
"""The streams that there are [RFC 5277 section 3.4]."""
MONITORING: Final = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
"""[RFC 6022]."""
LIBRARY: Final = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
"""[RFC 7895, RFC 8525]."""
DATASTORES: Final = "urn:ietf:params:xml:ns:yang:ietf-datastores"
"""The identities of datastores [RFC 8342]."""
NMDA: Final = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
"""[RFC 8526]."""
YANG: Final = "urn:ietf:params:xml:ns:yang:1"
"""Actions, and the attributes of what is ordered by the user [RFC 7950]."""

XML: Final = "http://www.w3.org/XML/1998/namespace"
"""That of the prefix ``xml``, which needs no declaration."""

SROS: Final = "urn:nokia.com:sros:ns:yang:sr:"
"""What begins the namespaces of the vendor's modules."""
CONFIGURE: Final = NAMESPACES["configure"]
STATE: Final = NAMESPACES["state"]
OPER_ADMIN: Final = f"{SROS}oper-admin"
OPER_GLOBAL: Final = f"{SROS}oper-global"
AUGMENTS: Final = f"{SROS}ietf-netconf-augments"
"""What SR OS adds to the operations [access.md section 3]."""
ATTRIBUTES: Final = f"{SROS}attributes"
"""The attributes of elements of the configuration: their comments."""
CAPABILITY: Final = "urn:ietf:params:netconf:capability:"
"""What begins the names of capabilities [RFC 6241 section 8]."""
TAKEN_FOR_BASE: Final = (CAPABILITY, "urn:ietf:params:xml:ns:netconf:capability:")
"""What begins the namespaces that some clients give the operations which a capability brings."""
EVENTS: Final = f"{SROS}notifications"
"""The events of the log."""

_DECLARED: Final = (
    *(BASE, WITH_DEFAULTS, NOTIFICATION, STREAMS, MONITORING, LIBRARY, DATASTORES, NMDA, YANG),
    XML,
    "",
)


def declarable(namespace: str) -> bool:
    """Return whether a request may declare *namespace*: it is known here, or the vendor's.

    [7750 SR system management guide 22.7]
    """
    return namespace in _DECLARED or namespace.startswith(SROS)
