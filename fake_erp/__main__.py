"""`python -m fake_erp`: the same as the command `fake-erp`."""

from fake_erp.cli import main

if __name__ == "__main__":
    main()
