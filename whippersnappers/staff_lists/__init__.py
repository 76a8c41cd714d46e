"""What every list of the staff pages can do besides: downloads and saved filters."""
