"""The former name of the detector simulation still starts it, and says so."""

import subprocess
import sys


def test_the_old_command_runs_the_new_one(tmp_path):
    def helps(module):
        call = [sys.executable, "-m", module, "--help"]
        return subprocess.run(call, capture_output=True, text=True, cwd=tmp_path, check=True)

    old = helps("framework.rehearse")
    assert old.stdout == helps("framework.simulate").stdout != ""
    assert old.stderr == "note: framework.rehearse is called framework.simulate now\n"
