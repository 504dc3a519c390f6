"""Turns what was recorded, a journal or a message of the ERP or the shop, into a story to go on from."""
