"""What of the log-in library stays out of the admin: addresses change by their own action alone."""

from allauth.account.models import EmailAddress
from django.contrib import admin

admin.site.unregister(EmailAddress)
