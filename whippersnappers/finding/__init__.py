"""Search that forgives spelling."""

# How much of a typed word's trigrams must be there. `settings.DATABASES` tells it to Postgres, whose own 0.6
# would miss two letters that changed places ("micheal") or a wrong one in a short name ("maia").
ALIKE = 0.4
