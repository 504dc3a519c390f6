"""The control door (§14): not part of the contract, on a port of its own."""
