"""Views of a plan, of problems in files and of an apply: pure functions from values to text."""
