"""What shows that this fake answers as the ERP does: documented examples and recordings, replayed and compared."""
