"""Saved configurations in the shape of a real router's, one in each form.

No router's own file is here: these are made from the public models, references and examples. Most
of their lines are of branches that srpki has not.
"""

RULE = "#" + "-" * 50
HASH = "k8yNIsjHQvrb1vV3bhdYQn2o5S7Ua3qVnJ0tqW5Zr1XlB2o1h"
"""Stands where a router has a secret that it has hashed."""


def _section(title, *lines):
    return [RULE, f'echo "{title} Configuration"', RULE, *lines]


def classic_file(number=12):
    """Return a classic configuration with so many ports and services."""
    lines = [
        "",
        "# TiMOS-C-22.10.R1 cpm/x86_64 Nokia 7750 SR Copyright (c) 2000-2022 Nokia.",
        "# All rights reserved. All use subject to applicable license agreements.",
        "",
        "# Generated TUE NOV 22 10:11:12 2022 UTC",
        "",
        "exit all",
        "configure",
        *_section(
            "System",
            "    system",
            '        name "segw-1"',
            '        contact "noc@example.net"',
            '        location "Antwerp"',
            "        chassis-mode d",
            "        snmp",
            "            packet-size 9216",
            "        exit",
            "        time",
            "            ntp",
            "                server 192.0.2.1",
            "                no shutdown",
            "            exit",
            "            zone UTC",
            "        exit",
            '        file-transmission-profile "ftp" create',
            "            retry 3",
            "        exit",
            "    exit",
        ),
        *_section(
            "System Security",
            "    system",
            "        security",
            '            user "admin"',
            f'                password "{HASH}"',
            "                access console ftp",
            "                console",
            '                    member "administrative"',
            "                exit",
            "            exit",
            "            ssh",
            "                preserve-key",
            "            exit",
            "            per-peer-queuing",
            "        exit",
            "    exit",
        ),
        *_section(
            "Card", "    card 1", "        card-type iom-1", "        mda 1", *_mda(), "    exit"
        ),
        *_section("Port", *(line for port in range(1, number + 1) for line in _port(port))),
        *_section(
            "System Security Cpm Hw Filters, PKI, TLS and LDAP",
            "    system",
            "        security",
            "            pki",
            '                ca-profile "ca" create',
            '                    description "made by # nobody"',
            '                    cert-file "lab-issuing.crt"',
            '                    crl-file "ca.crl"',
            "                    revocation-check crl-optional",
            "                    cmpv2",
            '                        url "http://192.0.2.7:8080/pkix"',
            "                        key-list",
            f'                            key "{HASH}" hash2 reference "ref-1"',
            "                        exit",
            "                    exit",
            "                    no shutdown",
            "                exit",
            '                ca-profile "root" create',
            '                    cert-file "lab-root.crt"',
            "                    revocation-check crl-optional",
            "                    no shutdown",
            "                exit",
            "            exit",
            "            tls",
            '                cert-profile "tls" create',
            "                    entry 1 create",
            '                        cert "gw.crt"',
            '                        key "gw.key"',
            "                    exit",
            "                    no shutdown",
            "                exit",
            '                server-cipher-list "sc" create',
            "                    cipher 1 name tls-rsa-with-aes256-cbc-sha256",
            "                exit",
            "            exit",
            "        exit",
            "    exit",
        ),
        *_section("Router (Network Side)", "    router Base", *_interfaces(number), "    exit"),
        *_section(
            "IPsec",
            "    ipsec",
            "        ike-policy 1 create",
            "            auth-method cert-auth",
            "            dpd interval 10",
            "        exit",
            '        cert-profile "ipsec" create',
            "            entry 1 create",
            "                cert gw.crt",
            "                key gw.key",
            "            exit",
            "            no shutdown",
            "        exit",
            '        trust-anchor-profile "ta" create',
            '            trust-anchor "ca"',
            "        exit",
            "    exit",
        ),
        *_section("Service", "    service", *_services(number), "    exit"),
        "exit all",
        "",
        "# Finished TUE NOV 22 10:11:13 2022 UTC",
    ]
    return "\n".join(lines) + "\n"


def _mda():
    return ["            mda-type me6-100gb-qsfp28", "            no shutdown", "        exit"]


def _port(number):
    return [
        f"    port 1/1/{number}",
        "        ethernet",
        "            mode access",
        "            lldp",
        "                dest-mac nearest-bridge",
        "                    admin-status tx-rx",
        "                exit",
        "            exit",
        "        exit",
        "        no shutdown",
        "    exit",
    ]


def _interfaces(number):
    for at in range(1, number + 1):
        yield f'        interface "to-{at}"'
        yield f"            address 10.0.{at}.1/30"
        yield f"            port 1/1/{at}"
        yield "            no shutdown"
        yield "        exit"
        yield f"        static-route-entry 10.1.{at}.0/24"
        yield f"            next-hop 10.0.{at}.2"
        yield "                no shutdown"
        yield "            exit"
        yield "        exit"


def _services(number):
    for at in range(1, number + 1):
        yield f'        vprn {at} name "v{at}" customer 1 create'
        yield '            description "exit"'
        yield f'            interface "i{at}" create'
        yield "                shutdown"
        yield "            exit"
        yield "            no shutdown"
        yield "        exit"


def md_file(number=12):
    """Return a configuration of the MD-CLI, in braces, with so many ports and services."""
    ports = [line for at in range(1, number + 1) for line in _md_port(at)]
    return "\n".join(
        [
            "# TiMOS-B-25.3.R1 both/x86_64 Nokia 7750 SR Copyright (c) 2000-2025 Nokia.",
            "# Configuration format version 25.3 revision 0",
            "",
            "# Generated 2025-04-13T15:54:51.5+02:00 by admin from 192.0.2.9",
            "",
            "configure {",
            "    card 1 {",
            "        card-type iom-1",
            "        mda 1 {",
            "            mda-type me6-100gb-qsfp28",
            "        }",
            "    }",
            "    groups {",
            '        group "g" {',
            "            system {",
            '                name "not this one"',
            "            }",
            "        }",
            "    }",
            "    ipsec {",
            "        ike-policy 1 {",
            "            ike-version-2 {",
            "            }",
            "        }",
            '        cert-profile "ipsec" {',
            "            admin-state enable",
            "            entry 1 {",
            '                cert "gw.crt"',
            '                key "gw.key"',
            "            }",
            "        }",
            '        trust-anchor-profile "ta" {',
            '            trust-anchor "ca" { }',
            "        }",
            "    }",
            "    log {",
            '        filter "f" {',
            "            default-action drop",
            "        }",
            "        accounting-policy 1 {",
            "            record service-ingress-octets",
            "        }",
            "    }",
            *ports,
            '    router "Base" {',
            *(line for at in range(1, number + 1) for line in _md_interface(at)),
            "    }",
            "    service {",
            *(line for at in range(1, number + 1) for line in _md_service(at)),
            "    }",
            "    system {",
            '        contact "noc@example.net"',
            '        apply-groups ["g"]',
            '        name "segw-1"',
            "        grpc {",
            "            admin-state enable",
            "        }",
            "        security {",
            "            user-params {",
            "                local-user {",
            '                    user "admin" {',
            f'                        password "{HASH}"',
            "                    }",
            "                }",
            "            }",
            "            pki {",
            '                ca-profile "ca" {',
            "                    admin-state enable",
            '                    description "made by # nobody"',
            '                    cert-file "lab-issuing.crt"',
            '                    crl-file "ca.crl"',
            "                    revocation-check crl-optional",
            "                    cmpv2 {",
            "                        url {",
            '                            url-string "http://192.0.2.7:8080/pkix"',
            "                        }",
            "                        key-list {",
            '                            key "ref-1" {',
            f'                                password "{HASH} hash2"',
            "                            }",
            "                        }",
            "                    }",
            "                }",
            '                ca-profile "root" {',
            "                    admin-state enable",
            '                    cert-file "lab-root.crt"',
            "                    revocation-check crl-optional",
            "                }",
            "            }",
            "            tls {",
            '                cert-profile "tls" {',
            "                    admin-state enable",
            "                    entry 1 {",
            '                        certificate-file "gw.crt"',
            '                        key-file "gw.key"',
            "                    }",
            "                }",
            '                server-tls-profile "s" {',
            "                    admin-state enable",
            '                    cert-profile "tls"',
            "                }",
            "            }",
            "        }",
            '        transmission-profile "ftp" {',
            "            retry 3",
            "        }",
            "    }",
            "}",
            "",
            "persistent-indices {",
            "    vrtr-id {",
            '        router-name "Base" vrtr-id 1',
            "    }",
            "}",
            "",
            "# Finished 2025-04-13T15:54:51.9+02:00",
            "",
        ]
    )


def _md_port(number):
    return [
        f"    port 1/1/c{number} {{",
        "        admin-state enable",
        "        ethernet {",
        "            mode access",
        "            lldp {",
        "                dest-mac nearest-bridge {",
        "                    transmit true",
        "                }",
        "            }",
        "        }",
        "    }",
    ]


def _md_interface(number):
    return [
        f'        interface "to-{number}" {{',
        f"            port 1/1/c{number}",
        "            ipv4 {",
        "                primary {",
        f"                    address 10.0.{number}.1",
        "                    prefix-length 30",
        "                }",
        "            }",
        "        }",
    ]


def _md_service(number):
    return [
        f'        vprn "v{number}" {{',
        "            admin-state enable",
        '            description "a } brace and a \\" quote {"',
        f'            interface "i{number}" {{',
        "            }",
        "        }",
    ]


def flat(md):
    """Return the lines of an MD-CLI file in full context, as ``info full-context`` prints them."""
    lines, above, empty = [], [], False
    for line in md[: md.index("persistent-indices")].splitlines():
        words = line.strip()
        if words.endswith("{") and not words.endswith('"'):
            above.append(words.removesuffix("{").strip())
            empty = True
        elif words == "}":
            if empty:
                lines.append(f"/{' '.join(above)} {{ }}")
            above.pop()
            empty = False
        elif words and not words.startswith("#"):
            lines.append(f"/{' '.join(above)} {words}")
            empty = False
    return "\n".join(lines) + "\n"
