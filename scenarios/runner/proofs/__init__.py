"""What the built-in invariants hold an end against, by the journals of both fakes and the connector's own figures."""
