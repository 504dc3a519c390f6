"""`python -m fake_webstore`."""

from fake_webstore.cli import main

main()
