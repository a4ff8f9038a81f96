"""Pages of notices: one's own, and the public announcements."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from notices.kinds import registered, write
from notices.models import Announcement, AnnouncementKind, Notice

PAGE_SIZE = 20


@require_safe
@login_required
def notice_list(request: HttpRequest) -> HttpResponse:
    """One's own notices, newest first; `?unread=1` shows the unread alone."""
    mine = Notice.objects.filter(person=request.user.pk, kind__in=registered())
    unread = mine.filter(read_at=None)
    only_unread = request.GET.get("unread") == "1"
    page = _page(request, unread if only_unread else mine)
    language = get_language() or ""
    context = {
        "page": page,
        "rows": [(notice, write(notice.kind, notice.context, language)) for notice in page],
        "unread": unread.count(),
        "only_unread": only_unread,
    }
    return render(request, "notices/list.html", context)


@require_POST
@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one of one's own notices as read and go where it points."""
    notice = get_object_or_404(Notice, pk=pk, person_id=request.user.pk)
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())
    return redirect(notice.link or "notices:list")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of one's own notices as read."""
    Notice.objects.filter(person=request.user.pk, read_at=None).update(read_at=timezone.now())
    return redirect("notices:list")


@require_safe
def announcement_list(request: HttpRequest) -> HttpResponse:
    """Published announcements, newest first; `?kind=` shows one kind."""
    rows = Announcement.objects.filter(published_at__lte=timezone.now())
    kind = request.GET.get("kind", "")
    if kind in AnnouncementKind.values:
        rows = rows.filter(kind=kind)
    context = {"page": _page(request, rows), "kind": kind, "kinds": AnnouncementKind.choices}
    return render(request, "notices/announcements.html", context)


@require_safe
def announcement(request: HttpRequest, pk: int) -> HttpResponse:
    """One published announcement."""
    rows = Announcement.objects.filter(published_at__lte=timezone.now())
    return render(request, "notices/announcement.html", {"announcement": get_object_or_404(rows, pk=pk)})


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
