"""Webhook doors, the merchant's page, health and metrics. No rules."""
