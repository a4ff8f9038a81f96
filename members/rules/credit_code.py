"""Rules room: the unified social credit code (GB 32100-2015) and its check digit."""

from __future__ import annotations

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError


def clean_credit_code(text: str) -> str:
    """Return the 18 characters in capitals without blanks.

    Raises ValueError where length, alphabet, department digits or the check digit (mod 31) are wrong.
    """
    try:
        return str(uscc.validate(text.strip().upper()))
    except ValidationError as error:
        raise ValueError(str(error)) from error
