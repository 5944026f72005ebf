"""``lab chain``: root, issuing, leaf, and what is wrong; openssl made what is wrong."""

import pytest
from counting import met

PKI = "admin system security pki"


@pytest.fixture(scope="module")
def chains(opened, tmp_path_factory):
    """A node with the certificate gw, and a ca-profile with the CRL of its CA."""
    with opened(tmp_path_factory.mktemp("chains") / "node") as bench:
        bench.enrol_cmp("gw")
        yield bench


def chain(bench, name="gw.crt"):
    return bench._sessions["md"].feed(f'lab chain "{name}"').data


def problems(found):
    return {link.role: link.problems for link in found.links}


def drop(bench, name):
    bench.do(f"file remove cf3:/system-pki/{name} force")


def put(bench, name, pem):
    bench.put(f"{name}.pem", pem)
    bench.do(
        f'{PKI} import type certificate format pem input-url "cf3:/{name}.pem" output-file "{name}"'
    )


def test_a_good_chain_has_root_issuing_and_leaf(chains):
    found = chain(chains)
    assert [link.role for link in found.links] == ["root", "issuing", "leaf"]
    root, issuing, leaf = found.links
    assert (root.files, root.ca_profiles) == (("lab-root.crt",), ("lab-root",))
    assert (issuing.files, issuing.ca_profiles) == (("lab-issuing.crt",), ("lab-ca",))
    assert (leaf.files, leaf.ca_profiles) == (("gw.crt",), ())
    assert leaf.issuer == issuing.subject and issuing.issuer == root.subject
    assert problems(found) == {"root": (), "issuing": (), "leaf": ()}
    assert found.complete and found.refused is None


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_it_is_drawn_in_80_columns(chains, cli):
    text = chains.do('lab chain "gw.crt"' if cli == "md" else "lab chain gw.crt", cli=cli)
    lines = text.splitlines()
    for line in met(12, lines):
        assert len(line) <= 80 and line.isprintable()
    heads = [line.split()[0] for line in lines if line[:1].isalpha()]
    assert heads == ["Chain", "root", "issuing", "leaf", "The"]


def test_what_is_no_certificate_is_refused(chains):
    assert "nothing.crt" in chains.refused('lab chain "nothing.crt"')
    assert "private key" in chains.refused('lab chain "gw.key"')


def test_an_expired_one_and_one_that_is_not_valid_yet(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.do("lab clock stop")
        bench.enrol_cmp("gw")
        began = bench.certificate("gw").not_before
        bench.do("lab clock advance 31d")
        found = chain(bench)
        assert problems(found)["leaf"][0].startswith("it expired ")
        assert "has expired" in found.refused or "expired" in found.refused
        assert "!    it expired" in bench.do('lab chain "gw.crt"')
        bench.do(f"lab clock set {began.replace(year=began.year - 1):%Y-%m-%dT%H:%M:%SZ}")
        assert problems(chain(bench))["leaf"][0].startswith("it is not valid before ")


def test_a_revoked_one_and_a_stale_list(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.do("lab clock stop")
        bench.enrol_cmp("gw")
        url = bench.lab.describe().crl_url
        profile = 'system security pki ca-profile "lab-ca"'
        bench.configure(
            f'{profile} crl-file "lab.crl"',
            f'{profile} auto-crl-update crl-urls url-entry 1 url "{url}"',
            f"{profile} auto-crl-update admin-state disable",
        )
        assert problems(chain(bench))["issuing"][0].startswith('CRL "lab.crl": ')
        bench.do(f"{PKI} crl-update ca-profile lab-ca")
        assert problems(chain(bench)) == {"root": (), "issuing": (), "leaf": ()}
        bench.do(
            'lab ca revoke "gw.crt"', "lab clock advance 1m", f"{PKI} crl-update ca-profile lab-ca"
        )
        assert problems(chain(bench))["leaf"] == ('it is revoked, as CRL "lab.crl" tells',)
        bench.do("lab clock advance 8d")
        stale = problems(chain(bench))["issuing"]
        assert any(one.startswith('CRL "lab.crl" is stale: the next one was due ') for one in stale)


@pytest.fixture(scope="module")
def made(openssl, tmp_path_factory):
    """Certificates that openssl made under one key of a CA: the CA, the same renamed, a leaf."""
    place = tmp_path_factory.mktemp("made")
    for key in ("ca", "other", "leaf"):
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", place / f"{key}.key")

    def root(file, key, subject, *more):
        openssl(
            *("req", "-x509", "-new", "-key", place / f"{key}.key", "-subj", subject),
            *("-days", "3650", "-out", place / file, *more),
        )
        return (place / file).read_bytes()

    certificates = {
        "ca": root("ca.crt", "ca", "/CN=Corp CA"),
        "renamed": root("renamed.crt", "ca", "/CN=Corp CA two"),
        "rekeyed": root("rekeyed.crt", "other", "/CN=Corp CA"),
    }
    openssl(
        *("req", "-new", "-key", place / "leaf.key", "-subj", "/CN=leaf"),
        *("-out", place / "leaf.csr"),
    )
    (place / "ext").write_text("authorityKeyIdentifier=keyid\nbasicConstraints=CA:FALSE\n")
    openssl(
        *("x509", "-req", "-in", place / "leaf.csr", "-CA", place / "ca.crt"),
        *("-CAkey", place / "ca.key", "-days", "30", "-set_serial", "7"),
        *("-extfile", place / "ext", "-out", place / "leaf.crt"),
    )
    return certificates | {"leaf": (place / "leaf.crt").read_bytes()}


def test_an_issuer_that_is_missing_has_another_name_or_another_key(chains, made):
    put(chains, "corp-leaf.crt", made["leaf"])
    found = chain(chains, "corp-leaf.crt")
    assert not found.complete
    assert problems(found)["leaf"] == ('its issuer "CN=Corp CA" is not known',)
    assert "???" in chains.do('lab chain "corp-leaf.crt"')
    put(chains, "corp-1.crt", made["renamed"])
    assert problems(chain(chains, "corp-leaf.crt"))["leaf"] == (
        'the CA whose key it names is called "CN=Corp CA two", not "CN=Corp CA"',
    )
    put(chains, "corp-2.crt", made["rekeyed"])
    assert problems(chain(chains, "corp-leaf.crt"))["leaf"] == (
        'its issuer "CN=Corp CA" is known with another key',
    )
    put(chains, "corp-3.crt", made["ca"])
    found = chain(chains, "corp-leaf.crt")
    assert found.complete
    assert problems(found) == {"root": ("no ca-profile has it",), "leaf": ()}
    assert found.refused is not None
