"""The foreign judge of what the protocols say."""

import pytest
from foreign import called


@pytest.fixture(scope="session")
def openssl():
    """Run openssl on octets and return what it prints; it is the foreign judge."""
    return called("openssl")
