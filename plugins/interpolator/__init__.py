"""Implementations of the interpolator stage."""
