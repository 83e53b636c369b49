"""A real Gitea for the tests: built once by Go, started on a loopback port, gone with the tests that asked for it."""
