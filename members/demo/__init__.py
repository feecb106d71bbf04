"""The demonstration network: fictional people and organisations only, marked as such."""

from datetime import date

from members.demo.accounts import DemoAccount, load_accounts
from members.demo.load import load_network


def load(today: date) -> list[DemoAccount]:
    """Write what is missing of the demonstration; its accounts. Repeats change nothing."""
    load_network(today)
    return load_accounts(today)
