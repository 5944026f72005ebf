"""What tests count: what they go through, so that no loop is empty, and calls in place of time."""

import cProfile


def met(least, items):
    """Return *items* as a list; fail where there are fewer than *least*.

    For collections that are computed: a loop over an empty one asserts nothing. Where nothing is a
    case as well, *least* is 0 and says so.
    """
    found = list(items)
    assert len(found) >= least, f"{len(found)} of at least {least} met"
    return found


def calls(action):
    """Return how many calls *action* makes: the same on every machine and in every run."""
    counting = cProfile.Profile()
    counting.runcall(action)
    return sum(entry.callcount for entry in counting.getstats())
