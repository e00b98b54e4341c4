"""Holiday lists written from the `holidays` library. The only owner of that library, which is an extra."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from importlib.metadata import version

from casectl.model.problems import ExtraMissing, UsageMistake


def holiday_file(country: str, subdivision: str | None, years: range, name: str) -> str:
    """The text of `policies/holidays/NAME.yaml`: the public holidays of a place, days in lieu included.

    `country` and `subdivision` are ISO 3166 codes (`GB`, `ENG`). The same versions give the same text. Raises
    `ExtraMissing` when the library is not installed, `UsageMistake` for a place or years that it does not know.
    """
    first, last = years.start, years.stop - 1
    if len(years) == 0 or years.step != 1:
        raise UsageMistake("no years", "first and last, such as 2015-2035")
    version, dates = _dates(country, subdivision, years)
    if not dates:
        raise UsageMistake(f"the library 'holidays' lists nothing for {country} in {first}-{last}")
    command = _command(country, subdivision, first, last, name)
    head = f"# Public holidays, days in lieu included, as the library holidays {version} gives them.\n# {command}\n"
    rows = "".join(f"  {day.isoformat()}: {_quoted(dates[day])}\n" for day in sorted(dates))
    return f"{head}name: {name}\nyears: {first}-{last}\ndates:\n{rows}"


def default_name(country: str, subdivision: str | None) -> str:
    """What a list is called when nobody says: `gb-eng`."""
    return f"{country}-{subdivision}".lower() if subdivision else country.lower()


def _dates(country: str, subdivision: str | None, years: range) -> tuple[str, Mapping[date, str]]:
    try:
        import holidays
    except ImportError:
        otherwise = "or write the dates by hand, see policies/README.md"
        raise ExtraMissing("the library 'holidays' is not installed", "holidays", otherwise) from None
    place = f"{country} {subdivision}" if subdivision else country
    try:
        language = holidays.country_holidays(country, subdiv=subdivision).default_language
        found = holidays.country_holidays(country, subdiv=subdivision, years=years, observed=True, language=language)
    except NotImplementedError:
        hint = "ISO 3166 codes, such as GB --subdivision ENG, CA --subdivision ON, US"
        raise UsageMistake(f"the library 'holidays' knows no place '{place}'", hint) from None
    return version("holidays"), dict(found)  # in the place's own language: never in that of the person's terminal


def _command(country: str, subdivision: str | None, first: int, last: int, name: str) -> str:
    words = ["casectl policy holidays", country]
    words += ["--subdivision", subdivision] if subdivision else []
    words += ["--years", f"{first}-{last}"]
    words += ["--name", name] if name != default_name(country, subdivision) else []
    return " ".join(words)


def _quoted(text: str) -> str:
    """A JSON string is a YAML string, whatever stands in it."""
    return json.dumps(text, ensure_ascii=False)
