"""Rows: short synchronous functions that take a connection. No await, no HTTP; rules that must hold are constraints."""
