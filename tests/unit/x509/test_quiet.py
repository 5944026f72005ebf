"""What a peer writes never makes the library speak on the operator's screen."""

import subprocess
import sys

SCRIPT = """
from srpki.x509 import der, names
text = der.encode(0x13, b"Germany")
pair = der.encode(0x30, der.encode_oid("2.5.4.6"), text)
print(names.display(names.parse_name(der.encode(0x30, der.encode(0x31, pair)))))
"""


def test_a_name_beyond_its_bounds_is_read_without_a_word():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "C=Germany"
    assert done.stderr == ""
