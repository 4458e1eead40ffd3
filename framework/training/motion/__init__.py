"""Readers of motion capture: each turns files into `framework.training.body.Motion`."""
