"""Python interface: the twenty public names."""
