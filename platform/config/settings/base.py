"""What all settings share. `dev`, `test` and `prod` add what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from config import env
from config.department_menu import demo_label, navigation
from config.queues import QUEUES, ROUTES, UPKEEP
from folding import times

django_stubs_ext.monkeypatch()  # Lets forms, admins and querysets name their model in their type.
ROOT = env.ROOT
PLATFORM = ROOT / "platform"
VAR = Path(env.text("VAR_DIR", str(ROOT / "var")))

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.apps.DepartmentAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.apps.UsedFilesConfig",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "safeguards",
    "changes",
    "audit",
    "notices",
    "background",
    "reporting",
    "display",
    "webapi",
    "members",
    "instruments",
    "evaluations",
    "portal",
    "operations",
]

MIDDLEWARE = [
    "portal.middleware.RequestId",
    "portal.brakes.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.CompressPages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.middleware.WholeForms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.LeadBack",
    "portal.middleware.HiddenRefusals",
    "portal.middleware.AdminContentPolicy",
    "portal.middleware.StorableAddress",
    "portal.brakes.CostlyPages",
]

# Whoever scrapes /metrics shows this; without it nothing is counted and there is no such page.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
if METRICS_TOKEN:
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]

# How many proxies in front are ours. Each appends to X-Forwarded-For whom it heard; every throttle counts by that.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
# What takes the database a good part of a second: asked for in bursts it makes everybody else wait.
COSTLY_ROUTES = frozenset(
    {
        "portal:home",
        "portal:finder",
        "portal:units",
        "api-open-slots",
        "instruments:catalogue",
        "instruments:compare",
        "instruments:inventory",
        "instruments:usage",
        "evaluations:table",
        "evaluations:instrument_table",
        "evaluations:instrument_round",
        "evaluations:rows",
        "evaluations:instrument_rows",
        "reporting:list",
        "api-instruments",
        "api-availability",
        "api-bookings",
        "api-usage-records",
        "api-results",
    }
)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "members.Person"

# The one order in which a change takes its locks; rows below these come after them, each kind by key.
LOCK_ORDER = [
    "members.memberunit",
    "instruments.instrument",
    "members.organisation",
    "members.person",
    "webapi.accesstoken",
    "evaluations.scheme",
    "evaluations.round",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
OPEN_DATA_LICENCE = env.text("OPEN_DATA_LICENCE", "https://creativecommons.org/licenses/by/4.0/")
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{env.integer('PORT', 8000, least=1)}")

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.template.context_processors.i18n",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "portal.context.navigation",
]
# Pages are Jinja2; what stands inside the admin is Django's own.
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PLATFORM / "frame" / "jinja2"],
        "APP_DIRS": True,
        "OPTIONS": {"environment": "config.pages.environment", "context_processors": CONTEXT_PROCESSORS},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PLATFORM / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": CONTEXT_PROCESSORS},
    },
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PLATFORM / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
FORM_RENDERER = "folding.forms.FoldingRenderer"
USE_TZ = True
TIME_ZONE = times.LOCAL.key

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_DIR", str(VAR / "static")))
STATICFILES_DIRS = [PLATFORM / "static"]
REPORT_ROOT = VAR / "reports"
# Nothing is uploaded for keeping today; without a folder of its own the framework would write into the working one.
MEDIA_ROOT = VAR / "media"
# Where nginx finds the folder of reports, as in deploy/nginx.conf; empty: the site sends files itself.
REPORT_ACCEL_LOCATION = env.folder_address("REPORT_ACCEL_LOCATION")
REPORT_STALE_SECONDS = env.integer("REPORT_STALE_SECONDS", 15, least=2)
FONT_DIR = PLATFORM / "static" / "vendor" / ".fonts"
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "reports": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(REPORT_ROOT)},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STORAGES["reports"] = env.bucket() or STORAGES["reports"]
WHITENOISE_MAX_AGE = 3600
# Only the hashed names are asked for; source maps are for reading, not for sending fast.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "ttf", "map", "md", "txt",
)  # fmt: skip

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:start"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "portal.accounts.AccountAdapter"
# Nobody signs up: addresses are entered by member units and the department, and passwords set by a link sent there.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "operations.links.LinksSinceRestore"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# The key of failed log-ins is address and account together: strangers who guess lock themselves out, not the person.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,5/5m/key",
    "login": "60/m/ip",
    "reset_password": "10/m/ip",
    "reset_mail": "3/10m/key",
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A thousand usage records with every text at its longest are below this; refused before a byte is read.
API_MOST_BODY_BYTES = 2 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

REDIS_URL = env.text("REDIS_URL", "")
_CACHE: dict[str, Any] = (
    {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}
)
CACHES = {"default": _CACHE, "pages": {**_CACHE, "KEY_PREFIX": "pages"}}
if not REDIS_URL:
    # Whole pages are some 12 kB each.
    CACHES["pages"] |= {"LOCATION": "pages", "OPTIONS": {"MAX_ENTRIES": 1000}}
# Whole pages; the tests of everything else look at pages as they are made.
PAGES_ARE_KEPT = env.boolean("PAGES_ARE_KEPT", default=True)

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL or "filesystem://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "data_folder_in": str(VAR / "broker"),
        "data_folder_out": str(VAR / "broker"),
        "control_folder": str(VAR / "broker-control"),
        "polling_interval": 0.2,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    # A bell that cannot be rung at once is not rung: the row waits, and a sweeper finds it.
    else {"visibility_timeout": 3600, "socket_connect_timeout": 1.0, "socket_timeout": 5.0}
)
if CELERY_BROKER_URL.startswith("filesystem"):
    # The folder broker writes messages into folders that must be there before the first one.
    for _folder in ("broker", "broker-control"):
        (VAR / _folder).mkdir(parents=True, exist_ok=True)
# One worker may serve all queues, or each its own: what is long must not hold up what is short.
# Each with an exchange and a key of its own: with those of the default all would get every message.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = UPKEEP
CELERY_TASK_ROUTES = ROUTES
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "open-instruments@localhost")
# For each step of a sending; all of them together must stay below `notices.mail.LOST_AFTER`.
EMAIL_TIMEOUT = 10
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["webapi.authentication.BearerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["webapi.parsing.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "webapi.paging.BoundedPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["webapi.throttles.CallerThrottle", "webapi.throttles.CostlyThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "caller": env.text("API_THROTTLE", "600/min"),
        "costly": env.text("COSTLY_THROTTLE", "120/min"),
        "page": env.text("PAGE_THROTTLE", "120/min"),
        "visitor": env.text("VISITOR_THROTTLE", "300/min"),
    },
    "EXCEPTION_HANDLER": "webapi.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,
    # `portal.brakes.ClientAddress` has set the address already; nothing else looks at X-Forwarded-For.
    "NUM_PROXIES": 0,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Inner Mongolia Open Instruments",
    "DESCRIPTION": "The public contract of the network: catalogue, booking, usage, evaluation, reports.",
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "webapi.schema.shared_parts",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "RegionKind": "members.enums.RegionKind",
        "UnitKind": "members.enums.UnitKind",
        "UnitState": "members.enums.UnitState",
        "InstrumentState": "instruments.inventory.enums.InstrumentState",
        "SharingMode": "instruments.inventory.enums.SharingMode",
        "BookingState": "instruments.booking.enums.BookingState",
        "BookingKind": "instruments.booking.enums.BookingKind",
        "UsagePurpose": "instruments.booking.enums.Purpose",
        "RoundState": "evaluations.enums.RoundState",
        "Grade": "evaluations.schemes.enums.Grade",
        "RunState": "reporting.models.RunState",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Open instruments"),
    "SITE_HEADER": _("Department desk"),
    "SITE_SYMBOL": "biotech",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("img/favicon.svg")}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": demo_label,
    "SCRIPTS": [lambda _request: static("js/admin.js"), lambda _request: static("js/language.js")],
    "DASHBOARD_CALLBACK": "evaluations.steps.admin.dashboard.dashboard",
    "COLORS": {
        "primary": {
            "50": "#eaf2fb",
            "100": "#d6e6f7",
            "200": "#b9d2ee",
            "300": "#86baf3",
            "400": "#70aae4",
            # Words of the dark theme, so bright enough for its ground.
            "500": "#5a98dc",
            "600": "#1257a6",
            "700": "#0e478a",
            "800": "#0c3a70",
            "900": "#0b2f5b",
            "950": "#071f3d",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": navigation(),
    },
}
DEMO = False
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "config.log.WithRequest"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {"()": "config.log.AsJson"},
    },
    "handlers": {
        "console": {
            "class": "config.log.OncePerMinute",
            "filters": ["request"],
            "formatter": env.choice("LOG_FORMAT", "line", ("line", "json")),
        }
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
