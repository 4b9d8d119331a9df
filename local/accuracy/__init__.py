"""What accuracy is measured by: records made in this process (`offline`), and the marks of their values (`marks`)."""
