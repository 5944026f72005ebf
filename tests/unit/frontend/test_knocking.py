"""A terminal whose loop is held up, as by a joiner that does not read, is owed little."""

from srpki.frontend.knocking import LINES, Knock, Passing


class HeldUp:
    """A loop that comes to nothing until it is let go."""

    def __init__(self):
        self.waiting = []

    def call_soon_threadsafe(self, call):
        self.waiting.append(call)

    def go(self):
        calls, self.waiting = self.waiting, []
        for call in calls:
            call()


def test_however_often_it_is_knocked_one_call_waits():
    loop, heard = HeldUp(), []
    knock = Knock(loop, lambda: heard.append(None))
    for _ in range(10_000):
        knock()
    assert len(loop.waiting) == 1
    loop.go()
    assert len(heard) == 1
    knock()
    loop.go()
    assert len(heard) == 2


def test_what_knocks_while_it_is_heard_is_heard_again():
    loop, heard = HeldUp(), []

    def hear():
        heard.append(None)
        if len(heard) == 1:
            knock()

    knock = Knock(loop, hear)
    knock()
    loop.go()
    loop.go()
    assert len(heard) == 2


def test_of_too_many_lines_the_newest_are_shown_and_the_others_counted():
    loop, shown = HeldUp(), []
    passing = Passing(loop, shown.append)
    for number in range(LINES + 3):
        passing(str(number))
    assert len(loop.waiting) == 1
    loop.go()
    assert shown == ["(3 lines that passed were lost)", *map(str, range(3, LINES + 3))]
    passing("later")
    loop.go()
    assert shown[-1] == "later"


def test_a_loop_that_has_ended_hears_nothing_and_raises_nothing():
    class Ended:
        def call_soon_threadsafe(self, call):
            raise RuntimeError("Event loop is closed")

    Knock(Ended(), lambda: None)()
