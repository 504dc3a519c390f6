"""Stories played against the three programs, and the harness that the two fakes are built on."""
