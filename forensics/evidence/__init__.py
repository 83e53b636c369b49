"""Evidence as typed frames: what a source yields, what a frame holds, how one becomes the other."""
