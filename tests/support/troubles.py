"""Applications that refuse what a renewal brings them."""

from srpki.core.errors import RefusedError


def fail_next(applications, certificate, times=1):
    """Make the next *times* reloads of *certificate*, where it is in use, fail."""
    reload, left = applications.reload, times

    def refuse(name):
        nonlocal left
        if name == certificate and left and applications.users_of(name):
            left -= 1
            raise RefusedError(f'the application refuses to reload "{name}"')
        return reload(name)

    applications.reload = refuse
