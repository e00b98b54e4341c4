"""The two lists of a pack: `manifest.json`, which says what it was made from and by, and `SHA256SUMS`."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from shlex import join
from typing import Any, NamedTuple

from casectl import __version__
from casectl.audit.pack.cases import Period
from casectl.audit.pack.sample import SEED, SIZE, known_seed
from casectl.audit.pack.zipped import Measure
from casectl.model.instants import LAST_INSTANT, Instant, format_instant, parse_stored
from casectl.model.problems import UsageMistake
from casectl.reports.population import zone_data_version
from casectl.store.bundle import git_version
from casectl.store.git import Place

SCHEMA = "casectl.evidence/1"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
README = "README.md"
BUNDLE = "history.bundle"
SIGNERS = "allowed_signers"
MADE_WITH = ("casectl", "python", "git", "tzdata", "cryptography")


class Inputs(NamedTuple):
    """What a pack is asked for, beside the commit."""

    period: Period
    audited_at: Instant
    """When its audit is made: what is dated later lies in the future, what was accepted until before that is over."""
    sample: int = SIZE
    """How many cases are drawn, at most."""
    seed: str = SEED


class PolicyLine(NamedTuple):
    """A file below `policies/`; version and first day of one that is a desk's policy."""

    path: str
    blob: str
    version: str | None
    effective: str | None


def versions(place: Place, signed: bool) -> dict[str, str | None]:
    """What the pack is made with; the library that checks signatures only where a commit is `signed`."""
    checks = _installed("cryptography") if signed else None
    told = (__version__, platform.python_version(), git_version(place), zone_data_version(), checks)
    return dict(zip(MADE_WITH, told, strict=True))


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def manifest(
    commit: str,
    tree: str,
    inputs: Inputs,
    made_with: Mapping[str, str | None],
    named: Mapping[str, str],
    policies: Iterable[PolicyLine],
    left_out: Iterable[str],
    problems: Iterable[str],
    measures: Mapping[str, Measure],
) -> bytes:
    """The manifest of a pack of these files, in its one form: two blanks deep, in ASCII. `named` are the commands."""
    period = inputs.period
    document = {
        "schema": SCHEMA,
        "commit": commit,
        "tree": tree,
        "since": None if period.since is None else format_instant(period.since),
        "until": format_instant(period.until),
        "as_of": format_instant(period.until),
        "audited_at": format_instant(inputs.audited_at),
        "desk": period.desk,
        "sample": inputs.sample,
        "seed": inputs.seed,
        "versions": dict(made_with),
        "commands": dict(named),
        "policies": [each._asdict() for each in policies],
        "left_out": list(left_out),
        "policy_problems": list(problems),
        "files": {name: {"sha256": each.sha256, "bytes": each.size} for name, each in sorted(measures.items())},
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def sums(measures: Mapping[str, Measure]) -> bytes:
    """`SHA256SUMS` as sha256sum writes it, of files whose names hold nothing that it would have to escape."""
    return "".join(f"{each.sha256}  {name}\n" for name, each in sorted(measures.items())).encode()


def commands(commit: str, inputs: Inputs) -> dict[str, str]:
    """The commands that make the pack again in any clone that has the commit; and those that print one of its files
    alone, to the byte. (The ledger only of a case that is there, and that something judges.) Tables that a report
    prints with other columns are not among them."""
    until, audited = format_instant(inputs.period.until), format_instant(inputs.audited_at)
    desk = [] if inputs.period.desk is None else ["--desk", inputs.period.desk]
    since = [] if inputs.period.since is None else ["--since", format_instant(inputs.period.since)]
    at = ["casectl", "--at", commit]
    drawn = ["--sample", str(inputs.sample), "--seed", inputs.seed]
    made = [*at, "audit", "pack", "--out", "PACK.zip", *since, "--until", until, *desk, "--audited-at", audited, *drawn]
    return {
        "pack": join(made),
        "every file that is not named here": "the pack",
        "findings.csv": join([*at, "audit", *since, *desk, "--audited-at", audited, "-o", "csv"]),
        "policies/": f"git show {commit}:PATH",
        "sample/ID/case.yaml": f"git show {commit}:PATH",
        "sample/ID/ledger.txt": f"{join([*at, 'explain'])} ID --as-of {until}",
    }


def inputs_of(document: Mapping[str, Any]) -> Inputs:
    """The inputs that a manifest says its pack was made from. Raises ValueError for what no manifest holds.

    Seed and desk stand in the page that an auditor follows: nothing in them may act there.
    """
    since, desk, sample, seed = (document.get(name) for name in ("since", "desk", "sample", "seed"))
    if not (desk is None or (isinstance(desk, str) and desk.isprintable())) or type(sample) is not int or sample < 0:
        raise ValueError("desk or sample")
    begin = None if since is None else _instant(since)
    until, audited = (_instant(document.get(name)) for name in ("until", "audited_at"))
    return Inputs(Period(begin, until, desk), audited, sample, _seed(seed))


def versions_of(document: Mapping[str, Any]) -> Mapping[str, str | None]:
    """What a manifest says its pack was made with. Raises ValueError for other names than a pack's has, or in another
    order: what is made again takes them as they stand."""
    said = document.get("versions")
    if not isinstance(said, dict) or tuple(said) != MADE_WITH:
        raise ValueError("versions")
    if not all(each is None or isinstance(each, str) for each in said.values()):
        raise ValueError("a version")
    return said


def _seed(text: object) -> str:
    try:
        return known_seed(text if isinstance(text, str) else "")
    except UsageMistake as mistake:
        raise ValueError(mistake.message) from None


def _instant(text: object) -> Instant:
    if not isinstance(text, str):
        raise ValueError("a time")
    instant = parse_stored(text)
    if not 0 <= instant <= LAST_INSTANT:
        raise ValueError("a time that nobody could type")
    return instant
