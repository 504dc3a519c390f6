"""Load on stock webhooks: arrivals by intended time under Locust, and every accepted message accounted for."""
