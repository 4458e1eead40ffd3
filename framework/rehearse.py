"""``python -m framework.rehearse``: the former name of ``python -m framework.simulate``."""

import runpy
import sys

if __name__ == "__main__":
    sys.stderr.write("note: framework.rehearse is called framework.simulate now\n")
    runpy.run_module("framework.simulate", run_name="__main__", alter_sys=True)
