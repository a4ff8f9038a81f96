"""Words of others that our catalogue translates: the admin's theme has no catalogue, Django's reads badly here."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = (
    _("All applications"),
    _("Apply Filters"),
    _("Clear all filters"),
    _("Clear selection"),
    _("Click here to select the objects across all pages"),
    _("Click to cancel"),
    _("Click to download"),
    _("Dark"),
    _("Date from"),
    _("Date to"),
    _("Expand row"),
    _("Filters"),
    _("General"),
    _("Go back"),
    _("Hide counts"),
    _("Light"),
    _("Loading more results..."),
    _("More actions"),
    _("No data"),
    _("No results found"),
    _("No results matching your query"),
    _("Objects"),
    _("Reset filters"),
    _("Run the selected action"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Show counts"),
    _("Submit"),
    _("Summary"),
    _("System"),
    _("This item will be deleted."),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Toggle sorting"),
    _("Type to search"),
    _("Unknown"),
    _("Value"),
    _("View"),
)

COUNTED = (
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
        "max",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
        "max",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
        "max",
    ),
)
