"""One file for each feature, reading like its description: fetch, decide, act, remember. No rules."""
