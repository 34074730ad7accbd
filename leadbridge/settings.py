"""One settings file. Every value that differs between machines is read from the environment."""

import sys
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab

from leadbridge.environment import (
    broker_url,
    database,
    email_settings,
    positive_number,
    redis_url,
    required,
    site_url,
    switch,
    time_zone,
)

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
TESTING = "pytest" in sys.modules

DEBUG = switch("DEBUG", env.str("DEBUG", default=""))
SECRET_KEY = required(env, "SECRET_KEY")
DATABASE_URL = required(env, "DATABASE_URL")
REDIS_URL = redis_url(required(env, "REDIS_URL"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
SITE_URL = site_url(
    env.str("SITE_URL", default=f"http://127.0.0.1:{env.str('PORT', default='8000')}")
)
ALLOWED_HOSTS += [urlsplit(SITE_URL).hostname or ""]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SWEEP_SECONDS = positive_number("SWEEP_SECONDS", env.str("SWEEP_SECONDS", default="10"))

DATABASES = {
    "default": {
        **database(env),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "leadbridge",
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "django_filters",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leadbridge",
    "leadbridge.people",
    "leadbridge.outbox",
    "leads",
    "sla",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "leadbridge.kernel.http.NowMiddleware",
    "leadbridge.kernel.http.SecurityPolicyMiddleware",
    "leadbridge.kernel.uploads.PiecesMiddleware",
    "leadbridge.kernel.uploads.EncodingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leadbridge.people.http.ZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadbridge.shell.SweepMiddleware",
    "leadbridge.kernel.http.DomainErrorMiddleware",
]

ROOT_URLCONF = "leadbridge.urls"
WSGI_APPLICATION = "leadbridge.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leadbridge.shell.shell",
            ],
        },
    }
]

# People and signing in
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "leadbridge.people.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:  # people of tests sign in often, and a slow hash protects nobody there
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Read from the cache, which saves a query a request; the database keeps it when Redis is lost.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Words, numbers and time
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = time_zone(env.str("TIME_ZONE", default="Europe/Berlin"))
CURRENCY = env.str("CURRENCY", default="EUR")
# What visitors of hosted forms read above and below them.
ORGANISATION = env.str("ORGANISATION", default="")
# Webhooks go to public addresses over https alone, unless all receivers live in one's own network.
WEBHOOKS_TO_PRIVATE = switch("WEBHOOKS_TO_PRIVATE", env.str("WEBHOOKS_TO_PRIVATE", default=""))
PRIVACY_URL = env.str("PRIVACY_URL", default="")

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Chart.js alone of what unfold brings: nothing here is administered through its pages.
CHART_JS = str(files("unfold") / "static" / "unfold" / "js" / "chart")
STATICFILES_DIRS = [BASE_DIR / "static", ("chartjs", CHART_JS)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG or TESTING  # else it misses the collected files, which need not be

# More than this in one request is a mistake or an attack. The largest form is the agreement's, with
# up to 300 exceptions of seven fields each; a form for anybody takes far less (kernel.uploads).
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000

# Mail
EMAIL_TIMEOUT = 10  # seconds; without one, a mail server that hangs holds a worker for good
locals().update(email_settings(env))
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="LeadBridge <leadbridge@localhost>")

# Workers
CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    # Every clock that fell due is marked and told; an unread order is stale after one interval,
    # because the next one does the same work.
    "sweep": {
        "task": "sla.clocks.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    # Normally woken by the sweep itself; this run takes what a lost wake-up or a retry left.
    "deliver": {
        "task": "leadbridge.outbox.tasks.deliver",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "webhooks": {
        "task": "leadbridge.outbox.webhooks.tasks.send",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    # Deliveries are kept for a month; at an hour at which few are written, beside no other task.
    "clear_webhooks": {
        "task": "leadbridge.outbox.webhooks.tasks.clear",
        "schedule": crontab(hour=3, minute=41),
        "options": {"expires": 3600},
    },
    # A minute is how late an agreed instant may take effect; the same run sees a day of review.
    "agreement": {
        "task": "sla.agreement.tasks.keep",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "definition": {
        "task": "leads.defining.tasks.keep",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Until it ran, a day that changed is counted from its rows: right, only slower.
    "figures": {
        "task": "sla.reports.tasks.keep",
        "schedule": 30,
        "options": {"expires": 30},
    },
    # Normally begun by the asking; this run goes on where another worker was in the way, or a kill.
    "recount": {
        "task": "sla.reports.tasks.recount",
        "schedule": 10,
        "options": {"expires": 10},
    },
    # All leads are asked, seconds of work of a million; pages take the answer on to now.
    "proof": {
        "task": "sla.reports.tasks.prove",
        "schedule": 300,
        "options": {"expires": 300},
    },
    # Once a week, on Monday before anybody works; asked often, so that no Monday is lost.
    "scorecard": {
        "task": "sla.reports.scorecard.tasks.weekly",
        "schedule": 900,
        "options": {"expires": 900},
    },
    # An absence begins on a minute, and a lead must not lie longer than that with who is away.
    "absences": {
        "task": "sla.clocks.tasks.absences",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Normally done by the task that the asking starts; this run takes what a kill left.
    "backtests": {
        "task": "leads.trials.tasks.backtests",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Normally done by the task that the asking starts; this run takes what a kill left.
    "whatifs": {
        "task": "sla.reports.whatif.tasks.whatifs",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # People answer this during the day: a minute after a lead came is soon enough.
    "duplicates": {
        "task": "leads.duplicates.tasks.find_duplicates",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Normally done by the task that the asking starts; this run goes on after a kill.
    "imports": {
        "task": "leads.intake.tasks.imports",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Normally woken by the delivery itself; this run takes what a lost wake-up or a kill left.
    "deliveries": {
        "task": "leads.intake.receiving.tasks.deliveries",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Its time is a business day: a minute later is soon enough to be told.
    "quarantine": {
        "task": "leads.intake.quarantine.tasks.tell",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Normally done by the task that a leaving starts; this run takes what a kill left.
    "departures": {
        "task": "leads.handoff.tasks.finish_departures",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # Normally woken by the edit itself; this run goes on with what a killed worker left undone.
    "rebuild": {
        "task": "sla.clocks.tasks.rebuild",
        "schedule": 60,
        "options": {"expires": 60},
    },
    # A new year of public holidays comes into view once a year; asked every night, because a
    # machine that is off on New Year's Eve must not miss it, and at an hour when few edit.
    "extend_years": {
        "task": "sla.calendars.tasks.extend_years",
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": 3600},
    },
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "leadbridge.people.keys.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["leadbridge.people.keys.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "leadbridge.kernel.pagination.CursorPages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["leadbridge.kernel.parsing.JsonBody"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "leadbridge.kernel.problems.problem_handler",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "LeadBridge",
    "DESCRIPTION": "Leads, their handoff between marketing and sales, and the clocks on them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "leads.intake.described.list_own_fields",
    ],
    # Clocks and documents both have a `state`; each keeps a name of its own for generated clients.
    "ENUM_NAME_OVERRIDES": {
        "DocumentState": "leadbridge.kernel.documents.DocumentState.choices",
        "ReadoutState": "leads.campaigns.readouts.STATES",
        "Running": "sla.agreement.models.Running.choices",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Successful tasks every few seconds would drown what matters.
    "loggers": {
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
