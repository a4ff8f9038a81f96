"""What the history's verbs mean, in words: a register that each app fills with its own.

An app says its words in a module `history_words` as `WORDS: dict[str, Promise]`, verb by verb; `declare_all` collects
them when the apps are loaded, so the history knows no word of any field by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

MODULE = "history_words"

_words: dict[str, Promise] = {}


class UnknownVerb(ValueError):
    """A verb that no app has words for: nothing enters the history that nobody could read."""

    def __init__(self, verb: str) -> None:
        """Name the verb and what to do."""
        super().__init__(f"No app has words for {verb!r}: add it to the app's {MODULE}.py.")


def declare(app: str, words: Mapping[str, Promise]) -> None:
    """Add an app's verbs. Raises ValueError for a verb that is not the app's own, or that has other words already."""
    for verb, said in words.items():
        if not verb.startswith(f"{app}."):
            raise ValueError(f"{verb!r} is no verb of {app}.")
        if verb in _words and _words[verb] is not said:
            raise ValueError(f"{verb!r} has words already.")
    _words.update(words)


def declare_all() -> None:
    """Collect the words of every installed app that has some."""
    for config in apps.get_app_configs():
        _declare(config)


def verbs() -> dict[str, Promise]:
    """Return every verb with its words."""
    return dict(_words)


def in_words(verb: str) -> str:
    """Return a verb in the reader's language; one that nobody knows any more stays as it is."""
    return str(_words.get(verb, verb))


def refuse_unknown(verb: str) -> None:
    """Raise UnknownVerb for a verb that no app has declared."""
    if verb not in _words:
        raise UnknownVerb(verb)


def _declare(config: AppConfig) -> None:
    if config.module is not None and module_has_submodule(config.module, MODULE):
        declare(config.label, import_module(f"{config.name}.{MODULE}").WORDS)
