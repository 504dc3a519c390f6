"""`python -m fake_webstore`: the same as the command `fake-webstore`."""

from fake_webstore.cli import main

if __name__ == "__main__":
    main()
