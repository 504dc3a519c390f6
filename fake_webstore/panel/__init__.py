"""The merchant's panel under `/{world}/painel`, in Portuguese (§4.1)."""
