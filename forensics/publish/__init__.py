"""What is told to the world outside: a pure plan, and small clients that only carry it out."""
