"""What families see of themselves, on pages of their own: one module for each page or small group of pages."""
