"""Pages of reports: one's runs, a form per kind, a run with its progress, the file."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from changes import perform
from changes.errors import Refusal
from reporting import files, runs
from reporting.errors import InvalidParameters, UnknownKind
from reporting.models import ReportRun
from reporting.registry import ReportKind, kind_of, name_of, offered

PAGE_SIZE = 20


@require_safe
@login_required
def run_list(request: HttpRequest) -> HttpResponse:
    """One's own runs, and the reports one may ask for."""
    person = _person(request)
    page = Paginator(runs.runs_of(person), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = []
    for run in page:
        is_mine_still = runs.may_download(person, run)
        is_there = is_mine_still and runs.has_file(run)
        rows.append((run, name_of(run), is_there, runs.is_outdated(run), not is_mine_still))
    context = {
        "page": page,
        "rows": rows,
        "kinds": offered(request.user),
    }
    return render(request, "reporting/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_run(request: HttpRequest, code: str) -> HttpResponse:
    """The form of one kind of report; sending it asks for the report."""
    kind = _offered_kind(request, code)
    if request.method != "POST":
        start = {name: value for name, value in request.GET.items() if name in kind.form.base_fields}
        form = kind.form_for(request.user, start or None)
        if start:
            form.errors.clear()
        return render(request, "reporting/new.html", {"kind": kind, "form": form})
    sent = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        run = perform(_person(request), runs.request_run, kind.code, sent)
    except InvalidParameters:
        form = kind.form_for(request.user, sent)
    except Refusal as error:
        form = kind.form_for(request.user, sent)
        form.add_error(None, str(error))
    else:
        return redirect("reporting:run", run.pk)
    return render(request, "reporting/new.html", {"kind": kind, "form": form}, status=422)


@require_safe
@login_required
@never_cache
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A run with its progress; htmx asks for the fragment until the run is finished."""
    person = _person(request)
    run = runs.run_for(person, run_id)
    is_withdrawn = not runs.may_download(person, run)
    is_fragment = request.headers.get("HX-Request") == "true"
    context = {
        "run": run,
        "name": name_of(run),
        "is_open": run.state in runs.OPEN_STATES,
        "is_there": runs.has_file(run) and not is_withdrawn,
        "is_withdrawn": is_withdrawn,
        "is_outdated": runs.is_outdated(run),
        "is_mine": run.requested_by_id == request.user.pk,
        "file_format": str(run.parameters.get("format", "")).upper(),
    }
    template = "reporting/partials/run.html" if is_fragment else "reporting/run.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@login_required
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Cancel an unfinished run of one's own."""
    run = runs.run_for(_person(request), run_id)
    try:
        perform(_person(request), runs.cancel_run, run)
    except Refusal as error:
        messages.error(request, str(error))
    return redirect("reporting:run", run.pk)


@require_POST
@login_required
def again(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask for the same report once more."""
    run = runs.run_for(_person(request), run_id)
    try:
        new = perform(_person(request), runs.request_again, run)
    except Refusal as error:
        messages.error(request, str(error))
        return redirect("reporting:run", run.pk)
    return redirect("reporting:run", new.pk)


@require_safe
@login_required
@never_cache
def run_file(request: HttpRequest, run_id: UUID) -> HttpResponseBase:
    """The finished file; 404 for whom it is not meant, 410 once it is no longer given out."""
    run = runs.file_for(_person(request), run_id, is_fetched=request.method != "HEAD")
    try:
        return file_response(run)
    except FileNotFoundError:
        context = {
            "run": run,
            "name": name_of(run),
            "is_mine": run.requested_by_id == request.user.pk,
            "is_outdated": runs.is_outdated(run),
        }
        return render(request, "reporting/expired.html", context, status=410)


def file_response(run: ReportRun) -> HttpResponseBase:
    """The file as a download with its name for people. Raises FileNotFoundError once it is no longer given out.

    The caller has asked `runs.file_for` before. With REPORT_ACCEL_LOCATION only headers leave this process: the proxy
    in front sends the file itself, and a slow line holds no thread of ours.
    """
    if not runs.has_file(run):
        raise FileNotFoundError(run.pk)
    response = _handed_over(run) if settings.REPORT_ACCEL_LOCATION else _sent(run)
    response["X-Content-Type-Options"] = "nosniff"
    # Whoever asks for a part gets the whole, and knows beforehand.
    response["Accept-Ranges"] = "none"
    return response


def _sent(run: ReportRun) -> HttpResponseBase:
    response = FileResponse(
        files.open_file(run.file), as_attachment=True, filename=run.file_name, content_type=run.content_type
    )
    response["Content-Length"] = str(run.size)
    return response


def _handed_over(run: ReportRun) -> HttpResponseBase:
    if not files.is_there(run.file):
        raise FileNotFoundError(run.pk)
    response = HttpResponse(content_type=run.content_type)
    response["Content-Disposition"] = content_disposition_header(True, run.file_name) or "attachment"  # noqa: FBT003
    response["X-Accel-Redirect"] = f"{settings.REPORT_ACCEL_LOCATION}{quote(run.file)}"
    return response


def _person(request: HttpRequest) -> AbstractBaseUser:
    if not isinstance(request.user, AbstractBaseUser):
        raise Http404
    return request.user


def _offered_kind(request: HttpRequest, code: str) -> ReportKind:
    try:
        kind = kind_of(code)
    except UnknownKind as error:
        raise Http404 from error
    if not kind.offered_to(request.user):
        raise Http404(_("There is no report of this kind."))
    return kind
