"""Output of commands into a pipe whose reader ends early."""

import subprocess
import sys


def test_printing_stops_when_the_reader_has_ended_and_the_program_goes_on():
    code = (
        "import sys\n"
        "from framework.terminal import Terminal\n"
        "console = Terminal()\n"
        "for _ in range(20000): console.print('line')\n"
        "sys.stderr.write(f'done, quiet={console.quiet}')"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "line\n"
        process.stdout.close()
        assert process.stderr.read() == "done, quiet=True"
    assert process.returncode == 0
