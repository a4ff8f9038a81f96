"""The register of report kinds. Apps bring theirs; this room knows no report by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from changes import Work
from reporting.document import Document
from reporting.errors import InvalidParameters, UnknownKind
from reporting.forms import ReportForm
from reporting.models import ReportRun

Parameters = dict[str, Any]
Progress = Callable[[int, int], None]
"""Tell how many steps of how many are done. It raises when the run was cancelled or taken over."""


def _nothing_noted(_person: Any, _parameters: Parameters) -> Parameters:
    return {}


def _always(_parameters: Parameters) -> bool:
    return True


@dataclass(frozen=True)
class ReportKind:
    """One kind of report.

    form: checks the parameters, for the page and the API alike, and shows a person only what it may choose.
    offered_to(person): whether its form is shown to the person.
    may_request(person, parameters), may_download(person, run): who may ask for it, who may have the file; both
    are asked anew each time.
    build(parameters, progress): make the document, in the active language; raises ReportError with a sentence
    for the reader when there is nothing to report.
    describe(parameters): the report and what it is about, in the active language; also names the file.
    noted(person, parameters): what is kept with the parameters beside the answers of the form: what the report
    rests on, or may show of it.
    is_current(parameters): whether what it rests on is still so; a file that is not current is no longer given out.
    """

    code: str
    name: str | Promise
    about: str | Promise
    formats: tuple[str, ...]
    form: type[ReportForm]
    offered_to: Callable[[Any], bool]
    may_request: Callable[[Any, Parameters], bool]
    may_download: Callable[[Any, ReportRun], bool]
    build: Callable[[Parameters, Progress], Document]
    describe: Callable[[Parameters], str]
    noted: Callable[[Any, Parameters], Parameters] = _nothing_noted
    is_current: Callable[[Parameters], bool] = _always

    def form_for(self, person: object, data: Mapping[str, Any] | None = None) -> ReportForm:
        """The form of this report for a person."""
        return self.form(data, person=person, formats=self.formats)

    def clean(self, person: object, parameters: Mapping[str, Any]) -> Parameters:
        """Return checked parameters as plain JSON. Raises InvalidParameters naming every wrong one."""
        form = self.form_for(person, parameters)
        unknown = {name: [str(InvalidParameters.message)] for name in parameters if name not in form.fields}
        if not form.is_valid() or unknown:
            errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
            raise InvalidParameters({**errors, **unknown})
        return form.parameters()

    def answers(self, parameters: Parameters) -> Parameters:
        """The answers of the form among the parameters of a run."""
        return {name: value for name, value in parameters.items() if name in self.form.base_fields}


Finished = Callable[[Work, ReportRun, dict[str, str]], None]
_KINDS: dict[str, ReportKind] = {}
_FINISHED: list[Finished] = []


def register(kind: ReportKind) -> None:
    """Add a kind; apps call this when they are loaded. Raises ValueError for a second one of that name."""
    known = _KINDS.setdefault(kind.code, kind)
    if known != kind:
        raise ValueError(f"Two reports are called {kind.code}.")


def kind_of(code: str) -> ReportKind:
    """The kind of that name. Raises UnknownKind."""
    try:
        return _KINDS[code]
    except KeyError as error:
        raise UnknownKind from error


def offered(person: object) -> tuple[ReportKind, ...]:
    """The kinds whose form a person gets to see."""
    return tuple(kind for kind in _KINDS.values() if kind.offered_to(person))


def kinds() -> tuple[ReportKind, ...]:
    """All kinds, in the order they were registered."""
    return tuple(_KINDS.values())


def when_finished(tell: Finished) -> None:
    """Name who tells the person that a run is done or has failed.

    It is called with the run and what the report is about: `{"zh": …, "en": …}`.
    """
    _FINISHED[:] = [tell]


def tell_finished(work: Work, run: ReportRun) -> None:
    """Tell the person, in the change that finished the run."""
    names = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            names[key] = name_of(run)
    for tell in _FINISHED:
        tell(work, run, names)


def name_of(run: ReportRun) -> str:
    """What the run reports about, in the active language: "Annual evaluation report 2025"."""
    known = _KINDS.get(run.kind)
    return run.kind if known is None else known.describe(run.parameters)


def title_of_kind(code: str) -> str:
    """What reports of a kind are called, in the active language: "Instrument usage"; needs no look at the data."""
    known = _KINDS.get(code)
    return code if known is None else str(known.name)
