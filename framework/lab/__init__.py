"""Tools around the pipeline: a sample clip, motion capture, simulated detections, evaluation.

They import the core and are imported by the commands ``framework.sample``, ``simulate`` and
``evaluate`` and by trainers of lifters; a run of the pipeline never imports them.
"""
