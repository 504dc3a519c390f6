"""Looks for stories that fail, around one that passes: more of what people do, trouble and deaths, drawn by a seed.

No library draws or shrinks here. Hypothesis, which does both, is made for thousands of cheap trials: its shrinker
takes hundreds, where a playing takes a second, what it draws for a seed changes from release to release, and who
plays stories in a CI would have to install it. Four events at most are added, so that every part of them can be
tried, the smallest first: what is left is the fewest there are, not merely one from which nothing can be taken away.
"""
