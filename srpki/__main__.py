"""``python -m srpki``: the same program."""

import sys

from srpki.frontend.entry import main

sys.exit(main())
