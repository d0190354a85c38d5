"""The rivals that are no native programs, one file each, run as processes of their own."""
