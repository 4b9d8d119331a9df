"""Lines of text become labelled values: labels, assignment, tables, classification."""
