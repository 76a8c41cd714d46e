"""The assurance page: each promise of the policy, what makes it happen, and whether it did."""
