"""A view made from the last one is the view that would be made from nothing."""

import maximum
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.config.edit import delete, set_value
from srpki.config.tree import get
from srpki.config.viewer import view
from srpki.schema.paths import Step, path
from srpki.schema.tree import SCHEMA

ROOT = SCHEMA.configure
TREE = maximum.configuration(most=3, nested=2)
PKI = path("system", "security", "pki")
LISTS = (
    *((*PKI, Step(name)) for name in ("ca-profile", "est-profile", "certificate-update-profile")),
    (*PKI, Step("certificate-auto-update")),
    path("system", "security", "tls", "client-tls-profile"),
    path("system", "transmission-profile"),
    path("ipsec", "cert-profile"),
)


def whole(sealed):
    return sealed


def entries(where):
    return [(*where[:-1], where[-1]._replace(keys=keys)) for keys in get(TREE, where)]


PLACES = st.sampled_from([*LISTS, *(entry for where in LISTS for entry in entries(where)), PKI])


@settings(max_examples=60, deadline=None)
@given(st.lists(PLACES, max_size=3), st.booleans())
def test_a_view_made_again_is_the_one_made_anew(gone, back):
    new = TREE
    for where in gone:
        new = delete(ROOT, new, where)
    first = view(TREE, whole)
    again = view(new, whole, (TREE, first))
    assert again == view(new, whole)
    if back:
        assert view(TREE, whole, (new, again)) == first


def test_only_what_has_changed_is_made_again():
    first = view(TREE, whole)
    one, other = list(first.ca_profiles)[:2]
    where = (*PKI, Step("ca-profile", (one,)), Step("description"))
    again = view(set_value(ROOT, TREE, where, "new"), whole, (TREE, first))
    assert again.ca_profiles[one].description == "new"
    assert again.ca_profiles[other] is first.ca_profiles[other]
    assert again.est_profiles is first.est_profiles
