"""The report of a run for people: one HTML page that holds everything and needs no network."""
