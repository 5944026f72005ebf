"""A CA whose clock is ahead of ours and that does not backdate [auto-update.md, section 4]."""

from datetime import timedelta

import pytest

from srpki.x509 import certificates, keys
from srpki.x509.chain import RefusedChainError

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def ahead(bench):
    """Return a function that puts the clock of the CA so many seconds ahead of the router's."""
    issue = bench.authority.issue

    def put(seconds):
        def issue_ahead(*arguments, **options):
            start = bench.clock.now() + timedelta(seconds=seconds)
            return issue(*arguments, **{**options, "start": start})

        bench.authority.issue = issue_ahead

    return put


@pytest.fixture
def node(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.engine.start()
    return bench


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
@pytest.mark.parametrize("seconds", [20, 300])
def test_what_was_just_issued_may_begin_in_five_minutes(node, ahead, profile, seconds):
    node.configure(node.entry(profile=profile))
    ahead(seconds)
    assert node.engine.update_now("gw.crt").ok
    begins = certificates.facts(node.pair()[0]).not_before
    assert begins == node.clock.now() + timedelta(seconds=seconds)
    assert node.whole()
    # Step 4 loads it all the same, and the log says that it is early [pki.md 12].
    assert node.numbers() == [2245, 2101, 2101, 2114, 2246]
    assert node.texts(2114) == ["Certificate gw.crt used by IPsec is not yet valid."]
    ((_, held),) = node.engine.applications.loaded()
    assert held.certificate == node.pair()[0]


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_what_lies_further_ahead_is_refused_with_both_times(node, ahead, profile):
    node.configure(node.entry(profile=profile))
    before = node.content()
    ahead(301)
    outcome = node.engine.update_now("gw.crt")
    assert (outcome.ok, outcome.step) == (False, 2)
    assert node.content() == before
    assert (
        '"C=DE, O=Lab, CN=gw" is not valid before 2030/05/17 12:05:01 UTC,'
        " and it is 2030/05/17 12:00:00 UTC here: is the clock right?"
    ) in outcome.reason
    if profile == "by-cmp":
        assert "certConf" in node.transactions[-1]  # the CA is told, too


def test_a_lab_may_allow_no_skew_at_all(node, ahead):
    node.engine.skew = timedelta()
    ahead(1)
    assert "is not valid before" in node.engine.update_now("gw.crt").reason
    ahead(0)
    assert node.engine.update_now("gw.crt").ok


def test_the_skew_makes_no_life_longer(node, ahead):
    node.issue_for(timedelta(seconds=5))
    ahead(-6)
    assert "expired on" in node.engine.update_now("gw.crt").reason


@pytest.mark.parametrize("days", [-40, 400])
def test_enrolment_by_hand_judges_no_dates(node, ahead, days):
    node.keystore.put("key", "new.key", keys.private_der(keys.generate(P256)))
    ahead(days * 86400)
    found = node.engine.requests.ask(
        "initial-registration",
        {
            "ca-profile": "lab",
            "key-to-certify": "new.key",
            "reference": node.authority.reference,
            "password": node.authority.secret,
            "subject-dn": "C=DE,O=Lab,CN=new",
            "save-as": "cf3:/new.der",
        },
    )
    assert found.certificate is not None


def test_a_certificate_that_is_not_valid_yet_signs_no_request_and_the_clock_is_blamed(node):
    node.enrol(start=node.clock.now() + timedelta(hours=2))
    node.configure(node.entry())
    outcome = node.engine.update_now("gw.crt")
    assert not outcome.ok
    assert "which is not valid before 2030/05/17 14:00:00 UTC" in outcome.reason
    assert "it is 2030/05/17 12:00:00 UTC here" in outcome.reason
    assert outcome.reason.endswith("wait until then, or set the clock if it is behind")
    assert "enrol anew" not in outcome.reason
    assert node.requests == []


@pytest.mark.parametrize(("seconds", "fits"), [(20, True), (301, False)])
def test_where_the_chain_is_validated_by_hand_what_was_just_issued_may_be_early(
    node, ahead, seconds, fits
):
    ahead(seconds)
    early = node.authority.issue(
        keys.generate(P256).public_key(), certificates.parse_dn("CN=early")
    ).certificate
    with pytest.raises(
        RefusedChainError, match="not valid before"
    ):  # not when it comes from a file
        node.engine.check_chain(early)
    if fits:
        node.engine.check_chain(early, just_issued=True)
    else:
        with pytest.raises(RefusedChainError, match="not valid before"):
            node.engine.check_chain(early, just_issued=True)
