"""What a person or a program gets to see of a result: plain values for the templates, and the machine formats."""
