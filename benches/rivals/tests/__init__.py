"""Tests of the driver: `python3 -m unittest discover -s benches/rivals -t benches/rivals`."""
