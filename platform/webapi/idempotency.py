"""Unsafe calls count once: the answer is kept under the caller's key, in the transaction that made it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, ParamSpec

from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, NotAuthenticated, ParseError
from rest_framework.request import Request
from rest_framework.views import APIView

from changes import Work, perform
from webapi import claimants
from webapi.models import StoredAnswer
from webapi.problems import expected

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
IN_FLIGHT_SECONDS = 60
KEPT_HOURS = 24
NOT_KEPT = frozenset({401, 429})

P = ParamSpec("P")


class KeyInFlight(APIException):
    """The first call with this key has not been answered yet; `wait` is in seconds."""

    status_code = 409
    default_detail = _("The first call with this key is still being answered.")

    def __init__(self, wait: float = 1) -> None:
        self.wait = wait
        super().__init__()


class KeyReused(APIException):
    """The key belongs to another call."""

    status_code = 422
    default_detail = _("This key was used for another call. Make a new key for a new call.")


@dataclass(frozen=True)
class Claim:
    """This call owns the key since `at`; nobody else may store the answer."""

    pk: int
    at: dt.datetime


def once(handler: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Wrap an unsafe handler of an APIView so that it takes effect once per caller and key.

    The handler and the keeping of its answer share one transaction: after a crash either both are there
    or neither, and the key is free again at once where the dead process was one of this machine, else after a minute.
    Refusals of the domain are kept like any answer. A body that did not arrive whole never takes the key.
    """

    @functools.wraps(handler)
    def answer(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        view: Any = args[0]
        request: Any = args[1]
        claimed = claim(request)
        if isinstance(claimed, StoredAnswer):
            return replay(claimed)
        kept = False
        try:
            response, kept = _answered(view, request, functools.partial(handler, *args, **kwargs), claimed)
        finally:
            if not kept:
                StoredAnswer.objects.filter(pk=claimed.pk, created_at=claimed.at, status=None).delete()
        return response

    answer.takes_idempotency_key = True  # type: ignore[attr-defined]
    return answer


def _answered(
    view: Any, request: Request, handle: Callable[[], HttpResponseBase], claimed: Claim
) -> tuple[HttpResponse, bool]:
    """Answer, and tell whether the answer is kept; what was refused has left nothing, so it is kept by itself."""
    try:
        return perform(request.user, _whole, view, request, handle, claimed)
    except expected() as error:
        return _kept(view, request, view.handle_exception(error), claimed)


def _whole(
    work: Work, view: Any, request: Request, handle: Callable[[], HttpResponseBase], claimed: Claim
) -> tuple[HttpResponse, bool]:
    """Handle the call and keep its answer, as one change that a refusal ends."""
    work.all_or_nothing()
    response = handle()
    if not getattr(view, "body_is_checked", True):
        raise TypeError("A handler that changes something reads its body with `ContractView.body`.")
    return _kept(view, request, response, claimed)


def _kept(
    view: APIView, request: Request, answer: HttpResponseBase, claimed: Claim
) -> tuple[HttpResponse, bool]:
    response = view.finalize_response(request, answer)  # type: ignore[arg-type]
    if not isinstance(response, HttpResponse):
        raise TypeError("An unsafe call answers in one piece.")
    if hasattr(response, "render"):
        response.render()
    if response.status_code >= 500 or response.status_code in NOT_KEPT:
        return response, False
    _keep(claimed, response)
    return response, True


def claim(request: Request) -> Claim | StoredAnswer:
    """Take the key for this call, or return the answer kept under it.

    Raises ParseError for a missing or bad key, KeyReused for another call's, KeyInFlight while the first runs,
    UnreadablePostError for a body that broke off, before anything is claimed.
    """
    key = request.headers.get(HEADER, "")
    if not KEY.fullmatch(key):
        raise ParseError(_("Send an Idempotency-Key of 1 to 255 visible ASCII characters."))
    if request.user.pk is None:
        raise NotAuthenticated
    person_id, wanted, now = request.user.pk, fingerprint(request), timezone.now()
    mine = {"fingerprint": wanted, "created_at": now, "claimed_by": claimants.this_process()}
    # Two rounds: a row that vanishes between the insert and the look-up was given up by its call.
    for _attempt in range(2):
        # Nearly every key is new, so it is written at once and looked for only where that fails.
        # One statement is a transaction by itself; inside another one, its refusal must not end that.
        with suppress(IntegrityError), transaction.atomic() if connection.in_atomic_block else nullcontext():
            return Claim(StoredAnswer.objects.create(person_id=person_id, key=key, **mine).pk, now)
        known = StoredAnswer.objects.filter(person_id=person_id, key=key).first()
        if known is None:
            continue
        if known.fingerprint != wanted:
            raise KeyReused
        if known.status is not None:
            return known
        age = max((now - known.created_at).total_seconds(), 0)
        is_given_up = age >= IN_FLIGHT_SECONDS or claimants.is_dead(known.claimed_by)
        if is_given_up and StoredAnswer.objects.filter(
            pk=known.pk, status=None, created_at=known.created_at
        ).update(created_at=now, claimed_by=claimants.this_process()):
            return Claim(known.pk, now)
        # A call that takes long is likely to take longer: who waits as long again asks a few times, not sixty.
        raise KeyInFlight(max(1, min(age, IN_FLIGHT_SECONDS - age)))
    raise KeyInFlight


def fingerprint(request: Request) -> str:
    """Return what makes a call the same call: method, full path and body, hashed."""
    inner = request._request
    head = f"{inner.method}\n{inner.get_full_path()}\n{inner.content_type}\n".encode()
    return hashlib.sha256(head + inner.body).hexdigest()


def replay(stored: StoredAnswer) -> HttpResponse:
    """Return a kept answer, marked as such."""
    return HttpResponse(
        bytes(stored.body),
        status=stored.status,
        content_type=stored.content_type,
        headers={REPLAYED: "true", "Cache-Control": "no-store"},
    )


def forget_old_answers(now: dt.datetime) -> int:
    """Delete answers kept longer than a day; return how many."""
    return StoredAnswer.objects.filter(created_at__lt=now - dt.timedelta(hours=KEPT_HOURS)).delete()[0]


def _keep(claimed: Claim, response: HttpResponse) -> None:
    stored = StoredAnswer.objects.filter(pk=claimed.pk, created_at=claimed.at, status=None).update(
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=response.content,
    )
    if not stored:
        # We took longer than a minute and another call took over the key: ours must not count as well.
        raise KeyInFlight
