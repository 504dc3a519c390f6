"""Orders (§10): what they are, how they change, and the checkout that places them."""
