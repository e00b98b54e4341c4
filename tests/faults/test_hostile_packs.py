"""Making a pack of a repository that somebody hostile has prepared runs none of their programs, and neither does making
it again from a pack that came from them."""

from __future__ import annotations

import pytest

from tests.faults.hostile import Baited

KEYS = (
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "filter.evil.clean",
    "filter.evil.smudge",
    "diff.evil.textconv",
    "gpg.program",
    "gpg.ssh.program",
    "uploadpack.packObjectsHook",
    "pager.log",
)


@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_no_program_that_configuration_names_is_run(baited: Baited, scope: str) -> None:
    program = baited.program()
    for key in KEYS:
        baited.terminal.git("config", scope, key, str(program))
    baited.terminal.git("config", scope, "log.showSignature", "true")
    baited.attributes("* filter=evil diff=evil", inside=True)
    hooks = baited.root / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-checkout", "pre-auto-gc", "post-rewrite"):
        (hooks / name).symlink_to(program)
    out = baited.terminal.home / "PACK.zip"
    baited.terminal.run("audit", "pack", "--out", str(out), at="2026-11-24 12:00")
    baited.terminal.run("audit", "verify", str(out), "--recompute")
    assert not baited.marker.exists()


def test_the_bait_is_one(baited: Baited) -> None:
    """Plain git runs what the configuration names."""
    baited.configure("diff.external", baited.program())
    baited.terminal.git("--no-pager", "diff", "HEAD~1", "HEAD")
    assert baited.marker.exists()
