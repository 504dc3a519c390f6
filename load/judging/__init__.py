"""What became of a load: every accepted message accounted for, gates, reports."""
