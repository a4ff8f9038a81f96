"""Versions for programs: an answer names the version it shows (ETag), a change may name the one it is meant for."""

from __future__ import annotations

import hashlib
import re

from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

HEADER = "If-Match"
TAG = re.compile(r'(?<!W/)"v([1-9][0-9]{0,8})"')
MAY_NAME_A_VERSION = [
    OpenApiParameter(
        HEADER,
        str,
        OpenApiParameter.HEADER,
        description="The ETag of what you saw; where it has changed since, nothing is done and the answer is 412.",
    )
]
NEVER = 0
"""No object has this version."""


def tagged(response: Response, version: int) -> Response:
    """Name the version of the one object an answer shows."""
    response.headers["ETag"] = f'"v{version}"'
    return response


def fingerprinted(response: Response) -> Response:
    """Name the state of the one object an answer shows, where it counts no versions: by what it says."""
    digest = hashlib.sha256(JSONRenderer().render(response.data)).hexdigest()
    response.headers["ETag"] = f'"{digest[:32]}"'
    return response


def seen(request: Request) -> int | None:
    """Return the version the caller saw, as `If-Match` names it; None where it is left out or `*`.

    What is no (strong) tag of ours matches nothing. Of several the latest is meant: versions only grow.
    """
    sent = request.headers.get(HEADER, "").strip()
    if sent in {"", "*"}:
        return None
    return max((int(version) for version in TAG.findall(sent)), default=NEVER)
