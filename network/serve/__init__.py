"""Starts and watches the portal's processes; plain Python, usable before Django is set up."""
