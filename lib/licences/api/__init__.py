"""What an analyst asks from Python: load, read, assess, plan, compare, report."""
