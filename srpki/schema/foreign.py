"""Branches of the configuration that SR OS has and this program has not.

One table for both CLIs, of the elements that stand directly in a context that is known here: what
is inside of a foreign branch is never looked at. A word that neither the schema nor this table has
is a misspelled one, or one that no release is known to have. Sources: the public YANG models of
26.3 for the MD-CLI; the published command references and configurations for the classic CLI.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Cli = Literal["md", "classic"]

EVERYWHERE: Final = frozenset({"apply-groups", "apply-groups-exclude"})
"""Elements of every context of the MD-CLI."""

_MD: Final = {
    "": """
        aaa anysec application-assurance bfd bmp call-trace card cflowd chassis connection-profile
        esa eth-cfm eth-ring filter fwd-path-ext group-encryption groups isa lag macsec mcac mirror
        mobile-gateway multicast-management nat oam-pm openflow policy-options
        port port-policy port-xc pw-port python qos redundancy router routing-options saa satellite
        service sflow sfm subscriber-mgmt test-oam vrrp
        """,
    "ipsec": """
        client-db ike-policy ike-transform ipsec-transform ipsec-transport-mode-profile radius
        show-ipsec-keys static-sa ts-list tunnel-template
        """,
    "log": """
        accounting-policy app-route-notifications services-all-events snmp-trap-group
        """,
    "log filter": "entry",
    "log log-events": """
        adp anysec application-assurance aps auto-prov bfd bgp bier calltrace cflowd
        chassis dhcp dhcps diameter dot1x dynsvc efm-oam elmi ering eth-cfm etun filter
        gsmp igmp igmp-snooping ip isis l2tp lag ldap ldp li lldp macsec mc-redundancy
        mcpath mirror mld mld-snooping mpls mpls-tp msdp nat ntp oam openflow ospf pcap
        pcep pfcp pim pim-snooping port pppoe pppoe-clnt ptp python radius rip ripng
        route-policy rpki rsvp satellite sflow snmp sr-mpls sr-policy srv6 stp svcmgr tls
        tree-sid video vrrp vrtr wlan-gw wpp
        """,
    "system": """
        alarm-contact-in-power alarm-contact-input alarms allow-boot-license-violations bluetooth
        boot-bad-exec boot-good-exec central-frequency-clock clli-code congestion-management contact
        coordinates cpm-http-redirect cron dhcp6 dns efm-oam eth-cfm fan-control fp grpc grpc-tunnel
        icmp-vse ip l2tp l4-load-balancing lacp license lldp load-balancing location
        mac-learning-mode multi-chassis network-element-discovery ospf-dynamic-hostnames persistence
        power-management ptp resource selective-fib snmp software-repository switch-fabric telemetry
        thresholds time usb vsd
        """,
    "system login-control": "ftp login-scripts telnet",
    "system management-interface": """
        commit-management operations remote-management schema-path snmp
        """,
    "system management-interface cli classic-cli rollback": "remote-checkpoints",
    "system management-interface cli md-cli": "command-accounting-during-load",
    "system management-interface cli md-cli environment": "python",
    "system management-interface cli md-cli environment command-alias alias": "python-script",
    "system management-interface configuration-save": "incremental-saves",
    "system management-interface netconf": "call-home",
    "system security": """
        cli-script cpm-filter cpm-queue cpu-protection dist-cpu-protection dot1x ftp-server
        hash-control keychains management management-access-filter per-peer-queuing python-script
        snmp source-address system-passwords tech-support telnet-server telnet6-server
        vprn-network-exceptions
        """,
    "system security aaa": "cli-session-group ldap radius remote-servers tacplus user-template",
    "system security aaa local-profiles profile": "cli-session-group grpc",
    "system security ssh": """
        client-cipher-list-v1 client-cipher-list-v2 client-host-key-list-v2 client-kex-list-v2
        client-known-hosts client-mac-list-v2 server-cipher-list-v1
        """,
    "system security ssh authentication-method": "client",
    "system security ssh key-re-exchange": "client",
    "system security user-params local-user user": "snmp",
    "system security user-params local-user user ssh-authentication-method": "client",
    "system security tls": """
        """,
}
"""The elements of the MD-CLI by the context that they stand in, below ``configure``."""

_CLASSIC: Final = {
    "": """
        aaa anysec application-assurance bfd bmp call-trace card cflowd
        connection-profile cron eth-cfm eth-ring eth-tunnel filter
        fwd-path-ext group-encryption groups isa lag li macsec mcast-management mirror
        multilink-bundle nat oam-pm openflow policy-options port port-policy port-xc port-topology
        pw-port python qos redundancy router saa satellite service sflow sfm
        subscriber-mgmt test-oam vrrp
        """,
    "ipsec": """
        client-db ike-policy ike-transform ipsec-transform ipsec-transport-mode-profile
        radius-accounting-policy radius-authentication-policy show-ipsec-keys static-sa ts-list
        tunnel-template
        """,
    "log": """
        accounting-policy app-route-notifications services-all-events snmp-trap-group
        """,
    "system": """
        alarm-contact-in-power alarm-contact-input alarms allow-boot-license-violations
        bluetooth boot-bad-exec boot-good-exec central-frequency-clock chassis-mode
        clli-code config-backup congestion-management contact coordinates cpm-http-redirect cron
        dhcp6 dns efm-oam enable-icmp-vse eth-cfm ethernet fan-control fp grpc grpc-tunnel ip
        l2tp l4-load-balancing lacp-system-priority license lldp load-balancing location
        mac-learning-mode multi-chassis network-element-discovery
        ospf-dynamic-hostnames persistence power-management ptp resource-profile
        selective-fib snmp software-repository sntp switch-fabric switchover-exec sync-if-timing
        synchronize telemetry thresholds time usb vsd
        """,
    "system login-control": "ftp login-scripts telnet",
    "system management-interface": """
        commit-management operations remote-management schema-path snmp
        """,
    "system management-interface cli md-cli": "command-accounting-during-load",
    "system management-interface cli md-cli environment": "python",
    "system management-interface netconf": "call-home",
    "system security": """
        aaa cli-script copy cpm-filter cpm-queue cpu-protection dist-cpu-protection dot1x ftp-server
        hash-control home-directory keychain ldap management management-access-filter
        management-interface per-peer-queuing python-script radius snmp
        source-address tacplus tech-support telnet-server telnet6-server user-template
        vprn-network-exceptions
        """,
    "system security aaa local-profiles profile": "cli-session-group grpc renum",
    "system security ssh": """
        client-cipher-list client-host-key-list client-kex-list client-known-hosts client-mac-list
        """,
    "system security ssh authentication-method": "client",
    "system security ssh key-re-exchange": "client",
    "system security user-params": """
        admin-password dynsvc-password enable-admin-control health-check tacplus-map-to-priv-lvl
        vsd-password
        """,
    "system security user-params local-user user": "snmp",
    "system security user-params local-user user ssh-authentication-method": "client",
    "system security tls": """
        """,
}
"""The elements of the classic CLI, by the context that they stand in as the schema calls it."""


def _sets(table: Mapping[str, str]) -> dict[tuple[str, ...], frozenset[str]]:
    return {tuple(place.split()): frozenset(words.split()) for place, words in table.items()}


FOREIGN: Final[Mapping[Cli, Mapping[tuple[str, ...], frozenset[str]]]] = {
    "md": _sets(_MD),
    "classic": _sets(_CLASSIC),
}
"""By CLI and context, as names of the schema below ``configure``."""


def is_foreign(cli: Cli, context: tuple[str, ...], word: str) -> bool:
    """Return whether SR OS has *word* in *context* of *cli*, and this program has not.

    It need not be asked of words that the schema has.
    """
    if cli == "md" and word in EVERYWHERE:
        return True
    return word in FOREIGN[cli].get(context, ())
