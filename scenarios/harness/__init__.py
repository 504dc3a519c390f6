"""What both fakes stand on: worlds, clocks, journal, faults, control door, Brazilian data.

A leaf: it imports none of the three programs and knows no vendor's words.
"""
