"""The HTTP API under `/{world}/api/v1` and `/{world}/oauth/token` (§6)."""
