"""Embedded default: SQLite and a folder as message broker, nothing to install beside Python."""

from __future__ import annotations

from config import env
from config.settings.base import *
from config.settings.base import INSTALLED_APPS, REST_FRAMEWORK, VAR

DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", "embedded-default-key-for-trying-only-never-for-production-use")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
DATABASES = {"default": env.database(VAR / "network.sqlite3")}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR / "mail")
DEMO = env.boolean("DEMO", default=True)
if DEMO:
    INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {
    "caller": env.text("API_THROTTLE", "6000/min"),
    "costly": env.text("COSTLY_THROTTLE", "6000/min"),
    "page": env.text("PAGE_THROTTLE", "6000/min"),
    "visitor": env.text("VISITOR_THROTTLE", "6000/min"),
}
