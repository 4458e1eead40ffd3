"""Evaluation of lifters and detectors against a truth: ``python -m framework.evaluate``.

`truth` reads true poses, `candidates` runs lifters, `matching` pairs predictions with the truth,
`measures` computes errors, `report` collects them, `tables` and `plot` show them. `protocols` puts
these steps together. `identities` scores trackers.
"""
