"""The other generators, each with templates for the equivalent pages."""
