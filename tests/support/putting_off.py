"""Commands that end in an operation that takes long: the lab CA puts a request off."""

_PKI = "admin system security pki"
_KEY = '"cf3:/system-pki/k.key"'

PUT_OFF = (
    f'{_PKI} generate-keypair save-path "cf3:/k.key" ecdsa-curve secp256r1',
    f'{_PKI} import type key format der input-url "cf3:/k.key" output-file "k.key"',
    "lab ca fault add simpleenroll waiting seconds 3000",
    f'{_PKI} est enroll est-profile "lab-est" key {_KEY} subject-dn "CN=k" output-file "k.crt"',
)
"""The last line waits, and says until when; Ctrl-C leaves the request pending."""
