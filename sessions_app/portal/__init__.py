"""The pages about sessions that parents and carers see; the join and place pages work without signing in."""
