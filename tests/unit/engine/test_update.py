"""One renewal, against a lab CA: the four steps, what fails in each, and what is left then."""

from datetime import timedelta


def test_a_certificate_is_renewed_by_cmpv2_at_its_deadline(bench):
    old = bench.enrol()
    bench.configure('certificate-auto-update "gw.crt" { key-file-name "gw.key" profile "by-cmp" }')
    assert bench.state().update_state == "scheduled"
    print(bench.state())
    s = bench.advance(days=29)
    print(s, bench.state(), [e.text for e in bench.events])
    assert bench.pair()[0] != old
