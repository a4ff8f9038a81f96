"""The bare answer that pages are compared with: Django, a constant page of 12 kB, compressed, nothing else."""

from __future__ import annotations

from hashlib import sha256

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

# Half words, half figures: some 12 kB that are packed to a little more than half, as a page of ours is.
BODY = b"".join(b"free hours %d: %s\n" % (n, sha256(b"%d" % n).hexdigest().encode()) for n in range(152))


def page(_request: HttpRequest) -> HttpResponse:
    """Give the constant page."""
    return HttpResponse(BODY)


urlpatterns = [path("", page), path("healthz", page)]

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=["django.middleware.gzip.GZipMiddleware"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="bench",
    )
application = get_wsgi_application()
