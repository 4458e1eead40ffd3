"""Judging lifters and detectors against a truth; ``python -m framework.evaluate`` is its command.

`framework.evaluation.truth` reads what is true, `framework.evaluation.protocols` lets candidates
answer, `framework.evaluation.measures` compares, `framework.evaluation.report` writes it down.
"""
