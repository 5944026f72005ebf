"""``convert-file`` in both CLIs, and what ``imported-format`` makes of its result."""

import pytest

PKI = "admin system security pki"


@pytest.fixture
def named(bench, fresh):
    """The name of an imported pair."""
    bench.enrol_cmp(fresh)
    return fresh


def converted(name, output, form="legacy", more=""):
    return f"{PKI} convert-file input-file {name} output-file {output} format {form} {more}"


def shown(bench, file):
    return bench.do(f"{PKI} show file-content cf3:/system-pki/{file} format der type certificate")


def test_a_converted_certificate_is_shown_as_before(bench, named):
    before = shown(bench, f"{named}.crt")
    bench.do(converted(f"{named}.crt", f"{named}.old"))
    assert shown(bench, f"{named}.old") == before
    (content,) = bench.stored(f"{named}.old")
    assert content.startswith(b"SRPKI\x00")
    # The workbench looks for what a key in clear would show, which a certificate shows, too.
    bench.do(converted(f"{named}.old", f"{named}.old", "secure", "force"))


def test_the_classic_cli_converts_too_and_back(bench, named):
    line = f"admin certificate convert-file input {named}.crt output {named}.crt format"
    assert "exists already" in bench.refused(f"{line} legacy", cli="classic")
    before = shown(bench, f"{named}.crt")
    bench.do(f"{line} legacy force", cli="classic")
    assert shown(bench, f"{named}.crt") == before
    bench.do(f"{line} secure force", cli="classic")
    assert shown(bench, f"{named}.crt") == before


def test_a_file_that_is_not_there_is_named(bench, fresh):
    assert f'"{fresh}.crt" does not exist' in bench.refused(converted(f"{fresh}.crt", "x.crt"))


def test_where_the_secure_format_is_demanded_a_legacy_file_is_refused_until_converted(bench, named):
    bench.do(converted(f"{named}.crt", f"{named}.crt", more="force"))
    bench.configure("system security pki imported-format secure")
    try:
        command = f"{PKI} show file-content cf3:/system-pki/{named}.crt format der type certificate"
        assert "is in the legacy format" in bench.refused(command)
        bench.do(converted(f"{named}.crt", f"{named}.crt", "secure", "force"))
        assert "Certificate:" in shown(bench, f"{named}.crt")
    finally:
        bench.configure("system security pki imported-format any")
