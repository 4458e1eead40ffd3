"""``python -m framework.rehearse``: the name of ``framework.simulate`` in an earlier version."""

from __future__ import annotations

import sys

from framework.simulate import main

if __name__ == "__main__":
    sys.stderr.write("note: framework.rehearse is now framework.simulate\n")
    sys.exit(main())
