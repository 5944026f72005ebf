"""``python -m srpki``: the same program."""

import sys

from srpki.frontend.program import main

sys.exit(main())
