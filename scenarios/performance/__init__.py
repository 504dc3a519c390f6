"""`make performance`: runs the benches, keeps their figures and writes docs/PERFORMANCE.md of them."""
