"""The one shape of every refusal: RFC 9457 problem details, from any error a call can end in."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

from django.core import exceptions as django_errors
from django.core.signals import got_request_exception
from django.db import DatabaseError, IntegrityError, InterfaceError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions as drf_errors
from rest_framework.response import Response

from changes.errors import Conflict, FieldsRefused, NotAllowed, Refusal, StaleVersion
from safeguards.outage import Outage, outage_of

CONTENT_TYPE = "application/problem+json"
SAID = {
    Outage.BUSY: _("The database is busy. Please repeat the call with the same key."),
    Outage.AWAY: _("The database does not answer. Please repeat the call with the same key."),
    Outage.FULL: _("The disk of the site is full, so nothing can be saved until the operators make room."),
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """One refusal: `errors` are `{"field" or "rule", "message"}`, `extra` further members of the answer."""

    status: int
    detail: object
    title: object = ""
    type: str = "about:blank"
    errors: list[dict[str, Any]] = field(default_factory=list)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the members of the answer, texts in the reader's language."""
        said: dict[str, Any] = {
            "type": self.type,
            "title": str(self.title or HTTPStatus(self.status).phrase),
            "status": self.status,
            "detail": str(self.detail),
        }
        if self.errors:
            said["errors"] = [{**error, "message": str(error["message"])} for error in self.errors]
        return {**said, **self.extra}

    def response(self) -> Response:
        """Return the answer."""
        return Response(
            self.body(), status=self.status, headers=dict(self.headers), content_type=CONTENT_TYPE
        )


Builder: TypeAlias = Callable[[Any], Problem]


def named(code: str) -> str:
    """Return the `type` of a problem that has a meaning of its own."""
    return f"urn:open-instruments:problem:{code.replace('_', '-')}"


def stale(error: StaleVersion) -> Problem:
    """Tell of a change that came too late: 412 where the caller named a version, else 409."""
    extra: dict[str, object] = {} if error.found is None else {"version": error.found}
    if error.shown is not None:
        extra["current"] = error.shown
    status = 409 if error.seen is None else 412
    return Problem(status, error, _("Changed meanwhile"), named(error.code), extra=extra)


def refused(status: int) -> Callable[[Refusal], Problem]:
    """Return what makes a problem of a refusal that its sentence says whole."""
    return lambda error: Problem(status, error, type=named(error.code))


def fields_refused(error: FieldsRefused, within: str = "") -> Problem:
    """Name every wrong field; `within` is the member of the body that holds them."""
    return Problem(422, error, type=named(error.code), errors=list(flat(error.fields, within)))


_builders: dict[type[Exception], Builder] = {
    Refusal: refused(422),
    NotAllowed: refused(403),
    Conflict: refused(409),
    FieldsRefused: fields_refused,
    StaleVersion: stale,
}


def register_problem(error: type[Exception], builder: Builder) -> None:
    """Say which problem an error of an app becomes that has more to tell; its subclasses follow."""
    _builders[error] = builder


def expected() -> tuple[type[BaseException], ...]:
    """Every error that is an answer to the caller rather than a fault of ours."""
    return (
        drf_errors.APIException,
        Http404,
        django_errors.PermissionDenied,
        django_errors.ValidationError,
        django_errors.BadRequest,
        django_errors.SuspiciousOperation,
        UnreadablePostError,
        *_builders,
    )


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """Turn any error of a call into its problem; what we did not expect is logged and told as a plain 500."""
    problem = problem_of(error)
    if problem is not None:
        return problem.response()
    request = context.get("request")
    # What Django does for its own 500 page: tell whoever listens, and log with the traceback.
    got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    logger.error("A call to the programming interface failed.", exc_info=error)
    return Problem(500, _("Something went wrong on our side. It has been noted.")).response()


def problem_of(error: Exception) -> Problem | None:
    """Return the problem of an error, or None for a fault of ours."""
    for kind in type(error).__mro__:
        if kind in _builders:
            problem: Problem = _builders[kind](error)
            return problem
    return _of_database(error) or _of_django(error) or _of_framework(error)


def missing() -> Problem:
    """The one answer for what does not exist and for what the caller may not see."""
    return Problem(404, _("There is no such thing, or it is not visible to you."))


def _of_database(error: Exception) -> Problem | None:
    if isinstance(error, IntegrityError):
        # The database's own guard spoke where no rule of ours did: not to be repeated blindly.
        logger.error("The database refused a call that every rule had passed.", exc_info=error)
        return Problem(409, _("This conflicts with what is stored. Look at the present state and try again."))
    outage = outage_of(error) if isinstance(error, DatabaseError | InterfaceError) else None
    if outage is None:
        return None
    logger.warning("The database refused a call for now.", exc_info=error)
    return Problem(503, SAID[outage], headers={"Retry-After": str(outage.seconds)})


def _of_django(error: Exception) -> Problem | None:
    if isinstance(error, Http404):
        return missing()
    if isinstance(error, django_errors.PermissionDenied):
        return Problem(403, _("You have no right to do this."))
    if isinstance(error, django_errors.RequestDataTooBig):
        return Problem(413, _("The body is too large."))
    if isinstance(error, django_errors.ValidationError):
        return Problem(400, _("The call is not well formed."), errors=list(_of_validation(error)))
    if isinstance(error, django_errors.BadRequest | django_errors.SuspiciousOperation | UnreadablePostError):
        return Problem(400, _("The call is not well formed."))
    return None


def _of_framework(error: Exception) -> Problem | None:
    if not isinstance(error, drf_errors.APIException):
        return None
    headers: dict[str, str] = {}
    if (scheme := getattr(error, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = scheme
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    elif isinstance(error, drf_errors.Throttled):
        headers["Retry-After"] = "1"
    if isinstance(error, drf_errors.NotFound):
        return missing()
    if isinstance(error, drf_errors.ValidationError):
        return Problem(
            400, _("The call is not well formed."), errors=list(flat(error.detail)), headers=headers
        )
    detail = error.detail if isinstance(error.detail, str) else error.default_detail
    return Problem(error.status_code, detail, headers=headers)


def flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten nested messages into `{"field", "message"}`; the field of a list's row reads `records.0.start`."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            inner = path if key in {"non_field_errors", "__all__"} else f"{path}.{key}".strip(".")
            yield from flat(value, inner)
    elif isinstance(detail, list | tuple):
        for position, value in enumerate(detail):
            nested = isinstance(value, Mapping | list | tuple)
            yield from flat(value, f"{path}.{position}".strip(".") if nested else path)
    else:
        yield {"field": path, "message": str(detail)}


def _of_validation(error: django_errors.ValidationError) -> Iterator[dict[str, str]]:
    if hasattr(error, "error_dict"):
        yield from flat(error.message_dict)
    else:
        yield from flat(error.messages)
