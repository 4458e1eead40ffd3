"""Weights that ship with the framework, and those that a user puts here."""
