"""Plays against the three programs: the only package that imports all their factories."""
