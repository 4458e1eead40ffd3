"""Readers of motion capture: each turns files into `framework.lab.motion.body.Motion`."""
