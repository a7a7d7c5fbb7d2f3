"""Requests that a client may repeat, as their answers are kept."""
