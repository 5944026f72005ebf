"""Loops that cannot be empty: what a test goes through is counted."""


def met(least, items):
    """Return *items* as a list; fail where there are fewer than *least*.

    For collections that are computed: a loop over an empty one asserts nothing. Where nothing is a
    case as well, *least* is 0 and says so.
    """
    found = list(items)
    assert len(found) >= least, f"{len(found)} of at least {least} met"
    return found
