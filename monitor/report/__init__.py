"""Recorded changes, and how the monitor fares, in the forms in which people and programs read them.

Pure: no clock, no network, no archive.
"""
