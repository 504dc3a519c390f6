"""Commands for operators, a module each; `connector.cli` gathers them."""
