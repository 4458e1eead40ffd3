"""Implementations of the completeness stage."""
