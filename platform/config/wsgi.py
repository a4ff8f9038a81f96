"""WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from config.bodies import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = whole_bodies(get_wsgi_application())

if os.environ.get("KEEP_WARM"):
    # Set by `manage.py serve` for its web workers: what is loaded elsewhere (a check, a test) asks for nothing.
    from portal.warm import keep_warm

    keep_warm(application)
