"""Commands for operators, one module each: they read the arguments, print, and leave the work to flows and store."""
