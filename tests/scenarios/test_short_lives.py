"""A CA that issues shorter lives than the profile's schedule: no tight loop [auto-update.md 4]."""

from datetime import timedelta
from itertools import pairwise

import pytest

PKI = "system security pki"


@pytest.fixture
def node(own):
    """A node with one pair, renewed by a profile with a retry-interval of five minutes."""
    own.enrol_cmp("gw")
    profile = f'{PKI} certificate-update-profile "brisk"'
    own.configure(f'{profile} cmpv2 ca-profile "lab-ca"', f"{profile} retry-interval 300")
    own.auto_update("gw", "brisk")
    own.mark()
    return own


def test_a_certificate_that_is_due_when_it_arrives_is_left_for_a_retry_interval(node):
    node.do("lab ca fault add kur short-life seconds 1800 times 100", node.update("gw"))
    (finished,) = node.news(2246)
    assert "due already" in finished.text  # an event says why
    assert finished.fields["due"] <= finished.time < finished.fields["next-update"]
    state = node.state("gw")
    assert state["update-state"] == "scheduled"
    ended, following = (
        node.instant("gw", "last-update-end-time"),
        node.instant("gw", "next-update-time"),
    )
    assert abs(following - ended - timedelta(seconds=300)) < timedelta(seconds=2)


def test_it_is_renewed_once_in_a_retry_interval_and_never_more_often(node):
    node.do("lab ca fault add kur short-life seconds 1800 times 100", node.update("gw"))
    node.mark()
    text = node.do("lab clock advance 1h")
    assert "Updates on the way: 12, of which failed: 0" in text
    times = [event.time for event in node.news(2245)]
    gaps = {round((later - former).total_seconds()) for former, later in pairwise(times)}
    assert gaps == {300}


def test_it_is_left_alone_across_a_restart_too(node):
    node.do("lab ca fault add kur short-life seconds 1800 times 100", node.update("gw"))
    before, pair = node.state("gw"), node.pair("gw")
    node.restart()
    node.do("lab clock advance 60s")
    assert node.state("gw") == before
    assert node.pair("gw") == pair


def test_a_ca_that_mends_its_ways_ends_it(node):
    node.do("lab ca fault add kur short-life seconds 1800", node.update("gw"))
    node.become_due("gw")
    assert node.instant("gw", "next-update-time") - node.now() > timedelta(days=28)
    assert node.news(2246)[-1].fields["due"] is None


def test_lives_that_end_before_the_retry_interval_are_renewed_in_their_middle(node):
    node.do("lab ca fault add kur short-life seconds 60 times 100", node.update("gw"))
    node.mark()
    node.do("lab clock advance 10m")
    times = [event.time for event in node.news(2245)]
    gaps = {round((later - former).total_seconds()) for former, later in pairwise(times)}
    assert gaps <= {29, 30}  # notBefore is a whole second
    assert node.news(2247) == []
    assert node.state("gw")["update-state"] == "scheduled"


def test_one_life_shorter_than_the_retry_interval_does_not_end_the_renewal(node):
    """The CA errs once and is well again: one update later so is the certificate."""
    node.configure(f'{PKI} certificate-update-profile "brisk" retry-interval 3600')
    node.do("lab ca fault add kur short-life seconds 1800", node.update("gw"))
    assert "Updates on the way: 1, of which failed: 0" in node.do("lab clock advance 3d")
    assert node.instant("gw", "next-update-time") - node.now() > timedelta(days=19)


@pytest.mark.parametrize("over", [1, 61, 299])
def test_lives_just_longer_than_the_schedule_are_renewed_once_in_a_retry_interval(node, over):
    """before-expiry an hour (its least), lives a little longer: due again before it is over."""
    profile = f'{PKI} certificate-update-profile "brisk"'
    node.configure(f"{profile} before-expiry 3600")
    seconds = 3600 + over
    node.do(f"lab ca fault add kur short-life seconds {seconds} times 100", node.update("gw"))
    assert "the new certificate is due" in node.news(2246)[-1].text
    node.mark()
    node.do("lab clock advance 1h")
    times = [event.time for event in node.news(2245)]
    assert {round((later - former).total_seconds()) for former, later in pairwise(times)} == {300}
