"""The evidence pack: all that an auditor takes along about a period, in one zip file that follows from one commit.

The same commit and the same inputs give the same bytes, in any zone, locale, folder or clone.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from casectl.audit.pack.authority import authority_table
from casectl.audit.pack.cases import cases_table, claims_table, unjudged_table
from casectl.audit.pack.controls import control_page, control_table
from casectl.audit.pack.evidence import (
    Evidence,
    OnProgress,
    gather,
    judged,
    population_table,
    severities,
    states,
    totals_table,
)
from casectl.audit.pack.manifest import (
    BUNDLE,
    MANIFEST,
    README,
    SIGNERS,
    SUMS,
    Inputs,
    PolicyLine,
    commands,
    manifest,
    sums,
    versions,
)
from casectl.audit.pack.readme import pack_readme
from casectl.audit.pack.sampled import sample_files
from casectl.audit.pack.zipped import Measure, Member, chunks, measure, write_zip
from casectl.audit.review import Wanted, review
from casectl.model.allowed_signers import allowed_signers
from casectl.model.instants import Instant
from casectl.model.problems import NotAllowed, NotFound
from casectl.reports.render import render
from casectl.reports.revisions import revision_table
from casectl.reports.table import Table, sheet
from casectl.store.bundle import write_bundle
from casectl.store.commitlog import parse_commit
from casectl.store.durable import sync_file, sync_folder
from casectl.store.founding import founding_commits
from casectl.store.git import by_objects_alone
from casectl.store.objects import ObjectReader
from casectl.store.policy_bytes import PolicyFile, read_policy_bytes
from casectl.store.policy_history import read_revisions
from casectl.store.repo import Repo, refuse_incomplete

REVISION_COLUMNS = "desk version revision what at who mail subject effective notice wanted clause code finding commit"


class Packed(NamedTuple):
    """The members of a pack, and what a person is told of it."""

    members: tuple[Member, ...]
    measures: Mapping[str, Measure]
    states: Counter[str]
    severities: Counter[str]
    cases: Counter[str]
    """In the period, and why not."""
    judged: Counter[str]
    """Of those in the period: judged, and not."""
    drawn: int
    left_out: tuple[str, ...]
    """What lies below `policies/` and is not in the pack's."""


class Again(NamedTuple):
    """What a pack that is made again takes from the one that was made before: what depends on programs alone."""

    versions: Mapping[str, str | None]
    bundle: Path
    """How a history is packed depends on git and zlib; what this one holds has been read from it."""


def write_pack(
    repo: Repo,
    commit: str,
    inputs: Inputs,
    out: Path,
    force: bool = False,
    on_progress: OnProgress = lambda cases: None,
) -> tuple[Packed, str]:
    """Makes the pack `out`; gives what is in it, and the SHA-256 of the file. Nothing is left behind when it fails.

    Raises `NotAllowed` for a file that is there already unless `force`, `NotFound` for a folder that is not, and
    `CasectlError` for a clone that lacks part of the history.
    """
    _refuse_taken(out, force)
    refuse_incomplete(repo)
    with TemporaryDirectory(prefix=".casectl-pack-", dir=out.parent) as folder:
        scratch = Path(folder)
        packed = pack_members(repo, commit, inputs, scratch, on_progress)
        draft = scratch / "pack"
        digest = write_members(draft, packed)
        sync_file(draft)
        _put(draft, out, force)
    sync_folder(out.parent)
    return packed, digest


@by_objects_alone()
def pack_members(
    repo: Repo,
    commit: str,
    inputs: Inputs,
    scratch: Path,
    on_progress: OnProgress = lambda cases: None,
    again: Again | None = None,
) -> Packed:
    """Everything that goes into the pack; what is too large to be held stands in the folder `scratch`."""
    evidence = gather(repo, commit, inputs, on_progress)
    reviewed = review(repo, commit, wanted(inputs))
    findings = reviewed.table
    policies, left_out = read_policy_bytes(repo, commit)
    bundle = again.bundle if again else scratch / BUNDLE
    if again is None:
        write_bundle(repo, commit, bundle)
    files: dict[str, bytes | Path] = {BUNDLE: bundle, **_texts(repo, evidence, findings), **_bytes_of(policies)}
    measures = {name: measure(chunks(content)) for name, content in files.items()}
    made_with = again.versions if again else versions(repo, reviewed.signed)
    lines = _policy_lines(evidence, policies)
    problems = [str(each._replace(hint=None)) for each in evidence.problems]
    named = commands(commit, inputs)
    tree = _tree(repo, commit)
    files[MANIFEST] = manifest(commit, tree, inputs, made_with, named, lines, left_out, problems, measures)
    measures[MANIFEST] = measure(chunks(files[MANIFEST]))
    files[SUMS] = sums(measures)
    measures[SUMS] = measure(chunks(files[SUMS]))
    cases = Counter(each.in_period for each in evidence.cases)
    members = tuple(Member(name, content) for name, content in sorted(files.items()))
    told = states(evidence), severities(findings), cases, judged(evidence)
    return Packed(members, measures, *told, len(evidence.drawn), left_out)


def wanted(inputs: Inputs) -> Wanted:
    """The findings that belong into a pack: of the commits from the beginning of its period on, up to the one that is
    packed, and older ones that some branch had not got by then. What was done to a case of the period after its end is
    to be asked about, too.

    What lies in the future is told against a moment that is an input, not against the packed commit: that is written by
    whoever is audited.
    """
    return Wanted(inputs.audited_at, inputs.period.since, None, inputs.period.desk)


def tip_time(repo: Repo, commit: str) -> Instant:
    """The committer's time of a commit; 0 where it has none that can be read."""
    with ObjectReader(repo) as reader:
        found = reader.look(commit)
    return (parse_commit(commit, found.content).committer.at if found else None) or 0


def write_members(target: Path, packed: Packed) -> str:
    """Writes the zip file of a pack's members into the new file `target`; gives its SHA-256."""
    with target.open("xb+") as file:
        write_zip(file, [(name, packed.measures[name].size, chunks(content)) for name, content in packed.members])
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _texts(repo: Repo, evidence: Evidence, findings: Table) -> dict[str, bytes]:
    """All but the policies and the bundle, by name."""
    inputs, commit = evidence.inputs, evidence.commit
    period = inputs.period
    tables = {
        "population": population_table(evidence),
        "cases": cases_table(evidence.cases),
        "totals": totals_table(evidence, findings),
        "claims": claims_table(evidence.cases),
        "unjudged": unjudged_table(evidence.cases),
        "findings": findings,
        "revisions": _revisions(repo, evidence),
        "authority": authority_table(evidence.book, period.until, period.desk),
        "controls": control_table(),
    }
    texts = {f"{name}.csv": render(table, "csv") for name, table in tables.items()}
    texts["findings.json"] = render(findings, "json")
    texts[SIGNERS] = allowed_signers(evidence.book.staff)
    texts["controls.md"] = control_page()
    texts[README] = pack_readme(commit, inputs)
    gone = {each.line.id: each.deleted_in for each in evidence.cases if each.file == "deleted"}
    drawn = sample_files(repo, commit, period.until, sorted(evidence.drawn), gone)
    return {**{name: text.encode() for name, text in texts.items()}, **drawn}


def _revisions(repo: Repo, evidence: Evidence) -> Table:
    """The revisions of every desk's policy, under one header."""
    book, commit = evidence.book, evidence.commit
    founding = founding_commits(repo, commit)
    rows = (
        {"desk": desk, **row}
        for desk in book.desks()
        for row in revision_table(desk, read_revisions(repo, commit, desk), book, commit, founding)[0].rows
    )
    return sheet("Revisions", REVISION_COLUMNS, rows)


def _bytes_of(policies: Iterable[PolicyFile]) -> dict[str, bytes]:
    return {each.path: each.content for each in policies}


def _policy_lines(evidence: Evidence, policies: Iterable[PolicyFile]) -> Iterator[PolicyLine]:
    versions_at = {policy.path: policy for policy in evidence.book.policies.values()}
    for each in policies:
        policy = versions_at.get(each.path)
        yield PolicyLine(
            each.path, each.blob, policy.ref if policy else None, str(policy.effective) if policy else None
        )


def _tree(repo: Repo, commit: str) -> str:
    with ObjectReader(repo) as reader:
        found = reader.look(f"{commit}^{{tree}}")
    return found.id if found else ""


def _put(draft: Path, out: Path, force: bool) -> None:
    """The finished file under its name; not if somebody else has made one of that name in the meantime."""
    if not force:
        try:
            os.link(draft, out)
        except FileExistsError:
            _refuse_taken(out, force)
        except OSError:  # a file system without hard links
            _refuse_taken(out, force)
        else:
            return
    draft.replace(out)


def _refuse_taken(out: Path, force: bool) -> None:
    if not out.parent.is_dir():
        raise NotFound(f"there is no folder {out.parent}", "make it first")
    if os.path.lexists(out) and (out.is_symlink() or not out.is_file()):
        raise NotAllowed(f"{out} is a folder, a link or a device", "name a file: --out PACK.zip")
    if os.path.lexists(out) and not force:
        raise NotAllowed(f"{out} is there already, and a pack is never overwritten", "another name, or --force")
