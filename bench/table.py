"""The benchmarks on a fresh database; the environment leads to its engines (`python -m bench` sees to that)."""

import logging
import os

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - only now are there settings

from bench.outbox import rows  # noqa: E402


def main() -> None:
    """Measure, and say each row as it comes."""
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    print("Speed of the outbox as a share of plain smtplib sending the very same mails.")
    print(f"Ours needs the processors ({os.cpu_count()}) to itself: look at the load, of the last minute.")
    print(f"{'what':40} {'lines':>5} {'mails':>5} {'raw s':>8} {'ours s':>8} {'ratio':>6} {'aim':>5} {'load':>5}")
    for row in rows():
        print(
            f"{row.what:40} {row.connections:>5} {row.mails:>5} {row.raw:>8.2f} {row.ours:>8.2f} "
            f"{row.ratio:>6.2f} {row.aim:>5} {os.getloadavg()[0]:>5.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
