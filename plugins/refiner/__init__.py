"""Implementations of the refiner stage."""
