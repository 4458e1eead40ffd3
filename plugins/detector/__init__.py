"""Implementations of the detector stage."""
