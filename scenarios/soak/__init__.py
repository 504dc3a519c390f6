"""A busy day on the scaled clock, watched for what only shows with time: memory, handles, tables, backlog."""
