"""Measures and shows models and runs."""
