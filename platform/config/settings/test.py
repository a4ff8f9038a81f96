"""For the tests: fast hashing, mail kept in memory, tasks run at once, unhashed static files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from config import env
from config.settings.base import *
from config.settings.base import INSTALLED_APPS, REST_FRAMEWORK, STATIC_ROOT, STORAGES, VAR

SECRET_KEY = "tests-only-key-of-sufficient-length-for-every-signer-in-use"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
# The server of the browser tests gives static files out where it finds the framework's app under its own name.
INSTALLED_APPS = [
    app.replace("config.apps.UsedFilesConfig", "django.contrib.staticfiles") for app in INSTALLED_APPS
]
INSTALLED_APPS += ["demo"]
DATABASES = {"default": env.database(VAR / "test.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: race tests open the same database from several processes.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test-suite.sqlite3")}
else:
    # Threads of a live server end without a word; kept connections would outlive the tests.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # No test survives a power cut; the drills of .ci/chaos, which must, run servers of their own.
    DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
# The server of static files warns of a missing folder, and warnings are errors here.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "pages")
}
PAGES_ARE_KEPT = False
STORAGES = {
    **STORAGES,
    "reports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(Path(tempfile.gettempdir()) / "open-instruments-test-reports")},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(
    ("caller", "costly", "page", "visitor"), "100000/min"
)
