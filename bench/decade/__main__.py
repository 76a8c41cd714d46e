"""`python -m bench.decade`: fill the empty database that `DATABASE_URL` leads to with ten years of data."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - only now are there settings

from bench.decade.reporting import fill_and_report  # noqa: E402

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    fill_and_report()
