"""Reports of the samples as they are expected, byte for byte; ``make golden`` rewrites them."""
