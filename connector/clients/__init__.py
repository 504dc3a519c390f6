"""One method for each service call: one attempt, every call through the pacer. No retries, no rules."""
