"""Rules that no constraint can say, because they look at another table."""


def refusing_where(found: str, *, why: str, constraint: str, returns: str = "NEW") -> str:
    """The body of a trigger that refuses a row when `found` finds one.

    It answers as a constraint of that name would, so that `refusing_broken_rules` has the words.
    A trigger that runs after the write returns NULL.
    """
    return (
        f"IF EXISTS ({found}) THEN RAISE EXCEPTION '{why}' USING"
        f" ERRCODE = '23514', CONSTRAINT = '{constraint}'; END IF; RETURN {returns};"
    )
