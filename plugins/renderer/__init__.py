"""Implementations of the renderer stage."""
