"""Runs the program, or reads a document, and gives the plan."""
