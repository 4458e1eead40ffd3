"""Rehearsals: recorded people drawn as figures, looked at by a real detector.

What a detector says of drawn people, beside where their joints exactly are, tells how it errs:
in which poses, from where, how long, and how its scores say so.
"""
