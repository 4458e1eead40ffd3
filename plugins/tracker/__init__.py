"""Implementations of the tracker stage."""
