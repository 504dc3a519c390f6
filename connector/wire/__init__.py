"""Bytes to core values and back, and the classification of failures. No I/O.

The only place that knows the vendors' words.
"""
