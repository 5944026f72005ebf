"""A classic configuration file as routers write it, pasted and loaded [observed-2.md 2 to 5].

No saved file of a router is here: this one is made from the facts, in the shape of such files.
"""

import pytest

RULE = "#" + "-" * 50
FILE = """\
exit all
configure
{rule}
echo "System Configuration"
{rule}
    system
        name "gw-1"
        file-transmission-profile "ftp" create
            router "management"
        exit
    exit
{rule}
echo "System Security Cpm Hw Filters, PKI, TLS and LDAP Configuration"
{rule}
    system
        security
            pki
                ca-profile "ca" create
                    cert-file "lab-issuing.crt"
                    crl-file "ca.crl"
                    revocation-check crl-optional
                    cmpv2
                        accept-unprotected-errormsg
                        accept-unprotected-pkiconf
                        always-set-sender-for-ir
                        url "{cmp}"
                        response-signing-cert "lab-issuing.crt"
                    exit
                    auto-crl-update create
                        crl-urls
                            url-entry 1 create
                                url "{crl}"
                            exit
                        exit
                        shutdown
                    exit
                    no shutdown
                exit
                ca-profile "root" create
                    cert-file "lab-root.crt"
                    revocation-check crl-optional
                    no shutdown
                exit
            exit
            tls
                cert-profile "tls" create
                    entry 1 create
                        cert "gw.crt"
                        key "gw.key"
                    exit
                    no shutdown
                exit
            exit
        exit
    exit
{rule}
echo "IPsec Configuration"
{rule}
    ipsec
        cert-profile "ipsec" create
            entry 1 create
                cert gw.crt
                key gw.key
            exit
            no shutdown
        exit
    exit
{rule}
echo "Log Configuration"
{rule}
    log
        file-id 9 name "9"
            description "to flash"
            location cf3:
            rollover 2880 retention 500
        exit
        throttle-rate 10 interval 30
        filter 99 name "99"
            default-action drop
            description "what counts"
            entry 10
                action drop
                match
                    application eq "system"
                    number eq 2052
                exit
            exit
            entry 20
                action drop
                match
                    message eq pattern "tli"
                    router neq "Base"
                    subject eq "SUBMGR"
                exit
            exit
            entry 100
                action forward
                match
                    severity gte major
                exit
            exit
        exit
        event-control "system" 2103 generate
        event-control "user" 2001 generate warning
        event-control "user" 2011 suppress
        syslog 1 name "1"
            address 192.0.2.14
            facility local1
            level warning
            port 515
        exit
        log-id 9 name "9"
            time-format local
            from change
            to file 9
            no shutdown
        exit
        log-id 14 name "14"
            from debug-trace
            to memory
            no shutdown
        exit
        log-id 90 name "90"
            description "to the collector"
            filter 99
            time-format local
            from main security change
            to syslog 1
            no shutdown
        exit
        log-id 98 name "98"
            from main security change
            to snmp 1024
            no shutdown
        exit
        log-id 99 name "99"
            time-format local
            no shutdown
        exit
    exit
{rule}
echo "System Security Auto CRL Update (no shutdown) Configuration"
{rule}
    system
        security
            pki
                ca-profile "ca"
                    auto-crl-update
                        no shutdown
                    exit
                exit
            exit
        exit
    exit
"""
MODE = f"""\
{RULE}
echo "System Configuration Mode Configuration"
{RULE}
    system
        management-interface
            configuration-mode mixed
        exit
    exit
exit all
"""
PKI = "admin system security pki"


@pytest.fixture
def bench(opened, tmp_path):
    """A mixed node that holds the lab CA's certificates, and is configured by nothing yet."""
    with opened(tmp_path / "node", mode="mixed", profiles=False) as found:
        for name in ("root", "issuing"):
            found.put(f"{name}.pem", (found.node / "lab-ca" / f"{name}.pem").read_bytes())
            found.do(
                f"{PKI} import type certificate format pem input-url cf3:/{name}.pem"
                f" output-file lab-{name}.crt"
            )
        yield found


def shown(bench):
    text = bench.do("admin display-config", cli="classic")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


def states(bench, what):
    lines = bench.do(f"info /state {what}").splitlines()
    return [line.split()[1] for line in lines if "oper-state" in line]


@pytest.mark.parametrize("way", ["paste", "exec"])
def test_a_file_of_a_router_brings_every_profile_up_and_is_printed_as_it_was(bench, way):
    server = bench.lab.server
    text = FILE.format(rule=RULE, cmp=server.cmp_url, crl=server.crl_url)
    if way == "paste":
        bench.do(*text.splitlines(), "exit all", cli="classic")
    else:
        bench.put("router.cfg", (text + "exit all\n").encode())
        bench.do("exec cf3:/router.cfg", cli="classic")
    bench.key("gw")
    bench.do(
        bench.registration("gw", ca="ca"),
        f"{PKI} import type certificate format der input-url cf3:/gw.der output-file gw.crt",
    )
    assert states(bench, "system security pki") == ["up", "up"]
    assert states(bench, "system security tls") == ["up"]
    assert states(bench, "ipsec") == ["up"]
    assert shown(bench) == (text + MODE).splitlines()
    assert "configuration-mode" in bench.do("admin save", "file show cf3:/config.cfg")


def test_what_was_refused_takes_its_exits_with_it(bench):
    """Otherwise everything after it would be one level too high."""
    text = FILE.format(rule=RULE, cmp=bench.lab.server.cmp_url, crl=bench.lab.server.crl_url)
    strange = (
        "                    unheard-of create\n"
        "                        inner 1\n"
        "                            deeper\n"
        "                        exit\n"
        "                    exit\n"
    )
    at = text.index("                    auto-crl-update create")
    session = bench._sessions["classic"]
    answers = [session.feed(line) for line in (text[:at] + strange + text[at:]).splitlines()]
    session.feed("exit all")
    assert [answer.text for answer in answers if not answer.ok][1:] == [
        "MINOR: CLI Not read: inside of a context that was refused - unheard-of."
    ] * 3
    told = [answer.text for answer in answers if answer.text.startswith("INFO: CLI This exit")]
    assert told == ["INFO: CLI This exit closes the context that was refused - unheard-of."]
    assert shown(bench) == (text + MODE).splitlines()
