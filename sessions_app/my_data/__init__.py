"""What the charity holds about a parent or carer and their children: gathered, shown, taken home."""
