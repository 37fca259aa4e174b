"""The other generator, with templates for the equivalent pages."""
