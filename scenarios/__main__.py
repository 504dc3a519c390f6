"""`python -m scenarios`: plays stories."""

from scenarios.runner.cli import main

if __name__ == "__main__":
    main()
