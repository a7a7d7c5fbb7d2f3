"""Backups of the whole database cluster with Barman, and restores to any moment."""
