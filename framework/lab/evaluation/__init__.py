"""Judging lifters and detectors against a truth; ``python -m framework.evaluate`` is its command.

`framework.lab.evaluation.truth` reads what is true, `framework.lab.evaluation.protocols` lets candidates
answer, `framework.lab.evaluation.measures` compares, `framework.lab.evaluation.report` writes it down.
"""
