"""A stand-in for the shop platform Webstore: API, webhooks, merchant's panel and control door.

Written from the contract alone (`webstore-api.md`, cited by section); DIFFERENCES.md lists what was
guessed or added. It imports the schemas and the harness, never the connector or the other fake.
"""
