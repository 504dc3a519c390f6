"""A stand-in for the Olist (Tiny) ERP, API 2.0, written from the contract alone."""
