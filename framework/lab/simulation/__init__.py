"""Simulation of a detector's errors: recorded people are rendered as figures and detected.

The detections beside the exact positions of the joints show the errors of a real detector: in which
poses, from which views, for how long, and with which scores. Training transfers these errors to
other motion. ``python -m framework.simulate`` is the command.
"""
