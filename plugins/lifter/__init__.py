"""Implementations of the lifter stage."""
