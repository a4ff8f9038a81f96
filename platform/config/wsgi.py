"""WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from config.bodies import whole_bodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
application = whole_bodies(get_wsgi_application())
