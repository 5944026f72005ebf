"""What a CMP answer that refuses says."""

from srpki.protocol.cmp import bodies


def fail_info(answer):
    """Return the failInfo of an error message."""
    assert answer.kind == "error"
    info = bodies.decode_error(answer)
    assert info.word == "rejection"
    assert info.text
    return info.fail_info


def rejection(answer, kind="ip"):
    """Return the failInfo of a rejection that stands where the certificate would have been."""
    assert answer.kind == kind
    (response,), ca_pubs = bodies.decode_responses(answer)
    assert response.status.word == "rejection"
    assert response.status.text
    assert response.certificate is None
    assert ca_pubs == ()
    return response.status.fail_info
