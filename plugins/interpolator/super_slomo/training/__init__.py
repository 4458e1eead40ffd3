"""Trains the networks of Super-SloMo on videos."""
