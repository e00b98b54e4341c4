"""Making a pack again from the history that it carries, and comparing every byte: what verifies the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from casectl.audit.pack.evidence import OnProgress
from casectl.audit.pack.making import Again, Packed, pack_members, tip_time, write_members
from casectl.audit.pack.manifest import BUNDLE, inputs_of, versions, versions_of
from casectl.audit.pack.verify import Finding, Verdict
from casectl.audit.pack.zipped import chunks, measure, opened, pieces_of
from casectl.model.instants import FORESIGHT_SECONDS
from casectl.model.problems import CasectlError, ExtraMissing
from casectl.store.bundle import unbundle, write_bundle
from casectl.store.repo import Repo


def recompute_pack(path: Path, verdict: Verdict, on_progress: OnProgress) -> Verdict:
    """The verdict on a pack that was found to be whole, once more after making it again from its own history.

    What merely depends on programs is taken from the pack, with a note where a version differs: the manifest's own list
    of versions, and the bundle, of which git reads every object and reckons its name anew. If the same git
    packed it, it has to come out the same as well. Raises `ExtraMissing` where commits are signed and the library that
    checks signatures is not installed: that is no fault of the pack.
    """
    manifest = verdict.manifest or {}
    with TemporaryDirectory(prefix="casectl-verify-") as folder:
        place = Path(folder)
        bundle = place / "given"
        _take_out(path, bundle)
        (place / "history").mkdir()
        try:
            repo = unbundle(bundle, verdict.commit, place / "history")
            was = versions_of(manifest)
            now = versions(repo, was["cryptography"] is not None)
            inputs = inputs_of(manifest)
            if max(inputs.period.until, inputs.audited_at) > tip_time(repo, verdict.commit) + FORESIGHT_SECONDS:
                raise ValueError("it ends, or was audited, more than a century after its last commit")
            packed = pack_members(repo, verdict.commit, inputs, place, on_progress, Again(was, bundle))
            own = _packed_otherwise(repo, verdict.commit, bundle, place) if was["git"] == now["git"] else ()
        except ExtraMissing:
            raise
        except (CasectlError, ValueError) as mistake:
            return verdict._replace(findings=(Finding(BUNDLE, f"the pack cannot be made again: {mistake}"),))
        findings = (*_compared(verdict, packed), *own) or tuple(_whole(path, verdict, packed, place))
        return verdict._replace(findings=findings, notes=tuple(_notes(was, now)))


def _take_out(path: Path, bundle: Path) -> None:
    with path.open("rb") as file, bundle.open("xb") as out:
        archive = opened(file, path.stat().st_size)
        out.writelines(pieces_of(archive, archive.getinfo(BUNDLE)))


def _packed_otherwise(repo: Repo, commit: str, bundle: Path, place: Path) -> tuple[Finding, ...]:
    write_bundle(repo, commit, place / "own")
    if measure(chunks(place / "own")) == measure(chunks(bundle)):
        return ()
    return (
        Finding(BUNDLE, "holds that history, and is packed otherwise than here: by another zlib, or with more in it"),
    )


def _notes(was: Mapping[str, str | None], now: Mapping[str, str | None]) -> Iterator[str]:
    for name, own in now.items():
        if was[name] != own:
            yield f"made with {name} {was[name]}, checked with {name} {own}"


def _compared(verdict: Verdict, packed: Packed) -> Iterator[Finding]:
    """Each file that comes out otherwise."""
    for name in sorted({*verdict.measures, *packed.measures}):
        if name not in packed.measures:
            yield Finding(name, "is in the pack, and its history does not make it")
        elif name not in verdict.measures:
            yield Finding(name, "is not in the pack, and its history makes it")
        elif verdict.measures[name] != packed.measures[name]:
            yield Finding(name, "differs from what its history makes")


def _whole(path: Path, verdict: Verdict, packed: Packed, place: Path) -> Iterator[Finding]:
    if write_members(place / "again", packed) != verdict.sha256:
        yield Finding(path.name, "its files are those that its history makes, and the file around them is not")
