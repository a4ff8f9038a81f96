"""WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.bodies import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = whole_bodies(get_wsgi_application())
# Pages are imported before anybody is let in, not by the first visitor of each process.
get_resolver().url_patterns  # noqa: B018 - reading it imports them
