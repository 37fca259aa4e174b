"""The other generators, each with templates of ours for the same pages."""
