"""Who signed what: each offence committed with plain git, and beside it the same done rightly, which is not told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from casectl.audit.history import read_history
from casectl.audit.review import Review, Wanted, review
from casectl.cli.context import Settings
from casectl.cli.main import app
from casectl.desk.founding import key_entry
from casectl.model.instants import parse_stored
from tests.cli.conftest import ACME
from tests.conftest import SAM, GitRepo, MakeRepo
from tests.store.signing import content_of, git, make_key, needs_keygen, stored
from tests.store.stories import noting, opened, stepped

pytestmark = needs_keygen

NOW = parse_stored("2026-12-01T00:00:00Z")
BEGIN = parse_stored("2026-11-23T08:00:00Z")
POLICY = ACME.read_text().replace("prefix: ACM", "prefix: ABC")
ASKING = "audit: {signatures: required, clause: ACM-9}\n"
CODES = {
    *("unsigned", "bad-signature", "unchecked-signature", "unknown-key", "wrong-signer", "key-not-valid", "key-late")
}


def person(key: str, mail: str, *keys: str) -> str:
    return f"  {key}: {{name: {key.title()}, mail: {mail}, keys: [{', '.join(keys)}]}}\n"


class Desk:
    """A desk with two people on its staff, each with a key."""

    def __init__(self, make_repo: MakeRepo, folder: Path, asks: bool, sam_has: str = "{}") -> None:
        self.folder = folder
        self.sam, self.jo = make_key(folder, name="sam"), make_key(folder, name="jo")
        entries = {name: key_entry(pub.read_text().strip(), date(2026, 1, 1)) for name, pub in self.keys().items()}
        staff = person("sam", SAM.mail, sam_has.format(entries["sam"]) if sam_has else "")
        staff = staff.replace(", keys: []", "") + person("jo", "jo@example.org", entries["jo"])
        files = {
            "policies/acme-desk/1.0.yaml": POLICY + (ASKING if asks else ""),
            "policies/staff.yaml": f"staff:\n{staff}",
        }
        self.repo: GitRepo = make_repo(files=files)
        self.repo.git("config", "gpg.format", "ssh")

    def keys(self) -> Mapping[str, Path]:
        return {"sam": self.sam, "jo": self.jo}

    def staff(self, keys: Mapping[str, Path | None]) -> str:
        """A staff list of these people with a key each, or none."""
        lines = []
        for name, pub in keys.items():
            mail = SAM.mail if name == "sam" else f"{name}@example.org"
            entries = [key_entry(pub.read_text().strip(), date(2026, 1, 1))] if pub else []
            lines.append(person(name, mail, *entries).replace(", keys: []", ""))
        return "staff:\n" + "".join(lines)

    def lists(self, at: int = BEGIN + 60, **keys: Path) -> str:
        """The list of these people committed, unsigned."""
        return self.repo.commit("policies/staff.yaml", self.staff(keys), at)

    def signed_staff(self, text: str, at: int, key: Path) -> str:
        """The list committed by Sam, signed with that key."""
        self.repo.write("policies/staff.yaml", text)
        self.repo.git("-c", f"user.signingKey={key}", "commit", "-q", "-a", "-S", "-m", "the list", at=at)
        return self.repo.head

    def commit(self, path: str = "policies/acme-desk/notes.txt", key: Path | None = None, at: int = BEGIN) -> str:
        """One file changed by Sam, signed with that key or not at all."""
        self.repo.write(path, f"{path} at {at} by {key}\n")
        self.repo.git("add", "-f", "--", path)
        signed = ("-c", f"user.signingKey={key}") if key else ()
        self.repo.git(*signed, "commit", "-q", *(["-S"] if key else []), "-m", "by hand", at=at)
        return self.repo.head

    def replace_head(self, content: bytes) -> str:
        """The last commit with another content in its place."""
        commit = stored(self.repo.root, content)
        self.repo.git("reset", "-q", "--hard", commit)
        return commit

    def review(self) -> Review:
        return review(self.repo.repo, self.repo.head, Wanted(NOW))

    def found(self) -> list[tuple[str, str]]:
        """(code, commit) of what is said of signatures, the founding commit left out."""
        rows = self.review().table.rows
        root = self.repo.git("rev-list", "--max-parents=0", "HEAD")
        return [
            (str(row["code"]), str(row["commit"])) for row in rows if row["code"] in CODES and row["commit"] != root
        ]


@pytest.fixture
def desk(make_repo: MakeRepo, tmp_path: Path) -> Desk:
    """A desk whose policy says nothing of signatures."""
    return Desk(make_repo, tmp_path, asks=False, sam_has="{0}")


@pytest.fixture
def strict(make_repo: MakeRepo, tmp_path: Path) -> Desk:
    """A desk whose policy wants every commit signed."""
    return Desk(make_repo, tmp_path, asks=True, sam_has="{0}")


@pytest.fixture
def keyless(make_repo: MakeRepo, tmp_path: Path) -> Desk:
    """A desk whose policy says nothing of signatures, with no key of Sam's on the staff list."""
    return Desk(make_repo, tmp_path, asks=False, sam_has="")


class TestLate:
    """A key counts from the commit that entered it: whoever enters it later cannot have been known by it before."""

    @pytest.mark.parametrize("late", [True, False], ids=["offence", "twin"])
    def test_a_key_that_was_entered_after_it_had_signed(self, keyless: Desk, late: bool) -> None:
        before = keyless.commit(key=keyless.sam) if late else ""
        keyless.lists(sam=keyless.sam, jo=keyless.jo)
        keyless.commit(key=keyless.sam, at=BEGIN + 120)
        assert keyless.found() == ([("key-late", before)] if late else [])

    def test_somebody_who_was_put_on_the_list_after_they_had_signed(self, desk: Desk) -> None:
        """Nobody knew their address either: that says nothing more."""
        desk.repo.git("config", "user.email", "lee@example.org")
        lee = make_key(desk.folder, name="lee")
        before = desk.commit(key=lee)
        desk.lists(sam=desk.sam, jo=desk.jo, lee=lee)
        desk.commit(key=lee, at=BEGIN + 120)
        assert desk.found() == [("key-late", before)]

    @pytest.mark.parametrize("first", ["entering", "signing"])
    @pytest.mark.parametrize("at", [BEGIN + 30, BEGIN + 90])
    def test_two_branches_tell_the_same_in_either_order(self, keyless: Desk, first: str, at: int) -> None:
        """One enters the key, one signs with it: neither is built on the other, however they are merged."""
        keyless.repo.git("branch", "signing")
        keyless.repo.git("checkout", "-q", "-b", "entering")
        keyless.lists(sam=keyless.sam, jo=keyless.jo)
        keyless.repo.git("checkout", "-q", "signing")
        keyless.commit(key=keyless.sam, at=at)
        second = "signing" if first == "entering" else "entering"
        keyless.repo.git("checkout", "-q", first)
        keyless.repo.git("merge", "-q", "--no-ff", "-m", "both", second, at=BEGIN + 200)
        assert keyless.found() == []


class TestLeft:
    """Whose a key was is told by every version of the list: who leaves has signed what they signed."""

    @pytest.mark.parametrize("after", [True, False], ids=["offence", "twin"])
    @pytest.mark.parametrize("person", [True, False], ids=["person", "key"])
    def test_a_key_holds_until_it_is_taken_off(self, desk: Desk, after: bool, person: bool) -> None:
        desk.commit(key=desk.sam)
        off = desk.staff({"jo": desk.jo} if person else {"sam": None, "jo": desk.jo})
        desk.signed_staff(off, BEGIN + 60, desk.sam)
        later = desk.commit(key=desk.sam, at=BEGIN + 120) if after else ""
        assert desk.found() == ([("key-not-valid", later)] if after else [])

    def test_what_was_said_of_its_days_last_counts(self, desk: Desk) -> None:
        """A stolen key is given an end; that its owner leaves afterwards changes nothing of that."""
        commit = desk.commit(key=desk.sam)
        text = (desk.repo.root / "policies/staff.yaml").read_text()
        ended = text.replace("from: 2026-01-01", "until: 2026-11-20", 1)
        desk.repo.commit("policies/staff.yaml", ended, BEGIN + 60)
        desk.lists(jo=desk.jo, at=BEGIN + 120)
        assert desk.found() == [("key-not-valid", commit)]

    @pytest.mark.parametrize("first", ["leaving", "signing"])
    @pytest.mark.parametrize("after", [True, False], ids=["offence", "twin"])
    def test_on_a_branch_beside_time_tells(self, desk: Desk, after: bool, first: str) -> None:
        desk.repo.git("branch", "signing")
        desk.repo.git("checkout", "-q", "-b", "leaving")
        desk.lists(jo=desk.jo)
        desk.repo.git("checkout", "-q", "signing")
        commit = desk.commit(key=desk.sam, at=BEGIN + (90 if after else 30))
        desk.repo.git("checkout", "-q", first)
        second = "signing" if first == "leaving" else "leaving"
        desk.repo.git("merge", "-q", "--no-ff", "-m", "both", second, at=BEGIN + 200)
        assert desk.found() == ([("key-not-valid", commit)] if after else [])

    @pytest.mark.parametrize("back", [True, False], ids=["twin", "offence"])
    def test_who_is_put_back_may_sign_again(self, desk: Desk, back: bool) -> None:
        desk.lists(jo=desk.jo)
        between = desk.commit(key=desk.sam, at=BEGIN + 90)
        if back:
            desk.lists(sam=desk.sam, jo=desk.jo, at=BEGIN + 120)
        later = desk.commit(key=desk.sam, at=BEGIN + 150)
        assert desk.found() == [("key-not-valid", each) for each in ([between] if back else [between, later])]

    @pytest.mark.parametrize("text", ["staff: [", "staff: {}\n", None], ids=["broken", "empty", "gone"])
    def test_a_list_that_says_nothing_ends_nothing(self, desk: Desk, text: str | None) -> None:
        whole = (desk.repo.root / "policies/staff.yaml").read_text()
        if text is None:
            desk.repo.git("rm", "-q", "policies/staff.yaml")
            desk.repo.git("commit", "-q", "-m", "gone", at=BEGIN + 60)
        else:
            desk.repo.commit("policies/staff.yaml", text, BEGIN + 60)
        desk.commit(key=desk.sam, at=BEGIN + 90)
        desk.repo.commit("policies/staff.yaml", whole, BEGIN + 120)
        desk.commit(key=desk.sam, at=BEGIN + 150)
        assert desk.found() == []

    def test_a_broken_list_hides_nobodys_leaving(self, desk: Desk) -> None:
        desk.repo.commit("policies/staff.yaml", "staff: [", BEGIN + 60)
        desk.lists(jo=desk.jo, at=BEGIN + 120)
        later = desk.commit(key=desk.sam, at=BEGIN + 150)
        assert desk.found() == [("key-not-valid", later)]

    def test_a_person_under_another_key_of_the_list(self, desk: Desk) -> None:
        desk.commit(key=desk.sam)
        renamed = desk.staff({"sam": desk.sam, "jo": desk.jo}).replace("  sam:", "  samuel:")
        desk.repo.commit("policies/staff.yaml", renamed, BEGIN + 60)
        desk.commit(key=desk.sam, at=BEGIN + 120)
        assert desk.found() == []


class TestNewAddress:
    """Whoever gets another address signed under the old one rightly."""

    NEW = "sam@new.example.org"

    @pytest.mark.parametrize("early", [True, False], ids=["offence", "twin"])
    def test_an_address_counts_once_the_list_has_it(self, desk: Desk, early: bool) -> None:
        desk.commit(key=desk.sam)
        self.sign_as(desk, self.NEW)
        before = desk.commit(key=desk.sam, at=BEGIN + 30) if early else ""
        moved = desk.staff({"sam": desk.sam, "jo": desk.jo}).replace(SAM.mail, self.NEW)
        desk.repo.commit("policies/staff.yaml", moved, BEGIN + 60)
        desk.commit(key=desk.sam, at=BEGIN + 120)
        self.sign_as(desk, SAM.mail)
        desk.commit(key=desk.sam, at=BEGIN + 150)
        assert desk.found() == ([("wrong-signer", before)] if early else [])

    def test_the_address_of_somebody_else_stays_theirs(self, desk: Desk) -> None:
        moved = desk.staff({"sam": desk.sam, "jo": desk.jo}).replace(SAM.mail, self.NEW)
        desk.repo.commit("policies/staff.yaml", moved, BEGIN + 60)
        self.sign_as(desk, "jo@example.org")
        commit = desk.commit(key=desk.sam, at=BEGIN + 120)
        assert desk.found() == [("wrong-signer", commit)]

    def sign_as(self, desk: Desk, mail: str) -> None:
        desk.repo.git("config", "user.email", mail)


class TestUnsigned:
    def test_a_policy_asks_for_signatures(self, strict: Desk) -> None:
        strict.commit(key=strict.sam)
        assert strict.found() == []
        commit = strict.commit(at=BEGIN + 60)
        assert strict.found() == [("unsigned", commit)]
        row = next(row for row in strict.review().table.rows if row["commit"] == commit)
        assert (row["severity"], row["desk"], row["clause"]) == ("major", "acme-desk", ("ACM-9",))
        assert row["finding"] == "is not signed, as acme-desk/1.0 wants it to be"
        assert row["show"] == f"git cat-file commit {commit[:12]}"

    def test_of_what_was_signed_only_the_verdict_is_kept(self, desk: Desk) -> None:
        """A commit is about as long as its signature, and a history is held as a whole."""
        commits = {desk.commit(key=desk.sam, at=BEGIN + number) for number in range(3)}
        history = read_history(desk.repo.repo, desk.repo.head, NOW)
        assert not any(each.signed for each in history.commits.values())
        assert history.signatures.keys() == commits
        assert {each.state for each in history.signatures.values()} == {"good"}
        assert len({id(each) for each in history.signatures.values()}) == 1, "one verdict for one key"

    def test_no_policy_asks(self, desk: Desk) -> None:
        desk.commit()
        assert desk.found() == []

    def test_steps_of_cases(self, strict: Desk) -> None:
        opened(strict.repo, at=BEGIN)
        strict.repo.git("config", "user.signingKey", str(strict.sam))
        strict.repo.git("config", "commit.gpgsign", "true")
        stepped(strict.repo, noting("signed"), BEGIN + 60)
        (found,) = strict.found()
        assert found == ("unsigned", strict.repo.git("rev-parse", "HEAD~1"))

    @pytest.mark.parametrize(
        ("path", "told"),
        [("policies/staff-notes.yaml", True), ("policies/holidays/x.txt", True), ("README.md", False)],
    )
    def test_what_belongs_to_every_desk(self, strict: Desk, path: str, told: bool) -> None:
        commit = strict.commit(path)
        assert strict.found() == ([("unsigned", commit)] if told else [])

    def test_before_the_version_that_asks_nothing_is_asked(self, desk: Desk) -> None:
        root = desk.repo.head
        text = (POLICY + ASKING).replace("2026-01-01", "2026-11-24").replace('"1.0"', '"2.0"')
        desk.repo.write("policies/acme-desk/2.0.yaml", text)
        desk.repo.git("add", "policies")
        desk.repo.git("commit", "-q", "-m", "2.0", at=parse_stored("2026-11-23T23:59:58Z"))
        desk.commit(at=parse_stored("2026-11-23T23:59:59Z"))
        first = desk.commit(at=parse_stored("2026-11-24T00:00:00Z"))
        assert desk.found() == [("unsigned", first)]
        assert root not in [row["commit"] for row in desk.review().table.rows if row["code"] == "unsigned"]

    def test_who_dates_a_commit_back_is_asked_all_the_same(self, desk: Desk) -> None:
        """The version that asks came into force before the commit that it follows was made."""
        text = (POLICY + ASKING).replace("2026-01-01", "2026-11-24").replace('"1.0"', '"2.0"')
        desk.repo.commit("policies/acme-desk/2.0.yaml", text, BEGIN)
        desk.commit(key=desk.sam, at=parse_stored("2026-11-24T10:00:00Z"))
        commit = desk.commit(at=parse_stored("2026-11-20T00:00:00Z"))
        assert desk.found() == [("unsigned", commit)]

    def test_who_turns_the_rule_off_erases_nothing(self, strict: Desk) -> None:
        """A commit is asked by what its policy said before it: the one that turns the rule off is the last."""
        first = strict.commit()
        off = strict.repo.commit("policies/acme-desk/1.0.yaml", POLICY, BEGIN + 60)
        strict.commit(at=BEGIN + 120)
        assert strict.found() == [("unsigned", first), ("unsigned", off)]

    def test_who_turns_the_rule_on_asks_nothing_of_those_before(self, desk: Desk) -> None:
        desk.commit()
        desk.repo.commit("policies/acme-desk/1.0.yaml", POLICY + ASKING, BEGIN + 60)
        later = desk.commit(at=BEGIN + 120)
        assert desk.found() == [("unsigned", later)]

    def test_who_takes_the_desk_away_erases_nothing(self, strict: Desk) -> None:
        first = strict.commit()
        strict.repo.git("rm", "-q", "policies/acme-desk/1.0.yaml")
        strict.repo.git("commit", "-q", "-m", "gone", at=BEGIN + 60)
        assert strict.found() == [("unsigned", first), ("unsigned", strict.repo.head)]

    @pytest.mark.parametrize("asks", [True, False], ids=["offence", "twin"])
    def test_a_case_is_its_policys_whatever_its_id_begins_with(
        self, make_repo: MakeRepo, tmp_path: Path, asks: bool
    ) -> None:
        desk = Desk(make_repo, tmp_path, asks=asks, sam_has="{0}")
        opened(desk.repo, at=BEGIN)
        path = next(path for path in desk.repo.git("ls-files", "cases").split() if path.endswith(".yaml"))
        strange = path.replace("ABC-", "ZZZ-")
        assert strange != path
        desk.repo.git("mv", path, strange)
        text = (desk.repo.root / strange).read_text().replace("id: ABC-", "id: ZZZ-")
        desk.repo.git("reset", "-q", "--hard", "HEAD~1")
        commit = desk.repo.commit(strange, text, BEGIN + 60)
        assert desk.found() == ([("unsigned", commit)] if asks else [])

    def test_a_case_that_moved_on_was_its_first_desks_until_then(self, strict: Desk) -> None:
        lax = POLICY.replace("acme-desk", "lax-desk").replace("prefix: ABC", "prefix: LAX")
        strict.repo.commit("policies/lax-desk/1.0.yaml", lax, BEGIN - 60)
        opened(strict.repo, at=BEGIN)
        first, path = strict.repo.head, strict.repo.git("ls-files", "cases").split()[0]
        text = (strict.repo.root / path).read_text()
        moved = text.replace("policy: acme-desk/1.0", "policy: lax-desk/1.0")
        strict.repo.commit(path, moved, BEGIN + 60)
        moving = strict.repo.head
        strict.repo.commit(path, moved.replace("title: ", "title: Again: "), BEGIN + 120)
        assert strict.found() == [("unsigned", first), ("unsigned", moving)]

    def test_a_case_of_a_desk_that_there_is_not_is_asked_by_its_id(self, strict: Desk) -> None:
        opened(strict.repo, at=BEGIN)
        path = strict.repo.git("ls-files", "cases").split()[0]
        text = (strict.repo.root / path).read_text().replace("policy: acme-desk/1.0", "policy: nobody/1.0")
        strict.repo.git("reset", "-q", "--hard", "HEAD~1")
        commit = strict.repo.commit(path, text, BEGIN + 60)
        assert strict.found() == [("unsigned", commit)]


class TestBad:
    def test_a_commit_that_was_changed_after_it_was_signed(self, desk: Desk) -> None:
        good = content_of(desk.repo.root, desk.commit(key=desk.sam))
        assert desk.found() == []
        commit = desk.replace_head(good.replace(b"by hand", b"by head"))
        assert desk.found() == [("bad-signature", commit)]

    def test_a_signature_that_cannot_be_read(self, desk: Desk) -> None:
        good = content_of(desk.repo.root, desk.commit(key=desk.sam))
        commit = desk.replace_head(good.replace(b"-----END SSH", b"-----AND SSH"))
        assert desk.found() == [("bad-signature", commit)]

    def test_a_key_that_is_too_weak_is_not_called_untrue(self, desk: Desk, tmp_path: Path) -> None:
        """git takes it for good."""
        weak = make_key(tmp_path, "rsa-1024")
        commit = desk.commit(key=weak)
        signers = tmp_path / "signers"
        signers.write_text(f"{SAM.mail} {weak.read_text()}")
        desk.repo.git("config", "gpg.ssh.allowedSignersFile", str(signers))
        assert desk.repo.git("log", "-1", "--format=%G?") == "G"
        (row,) = [row for row in desk.review().table.rows if row["commit"] == commit]
        assert row["code"] == "bad-signature"
        assert (
            row["finding"] == "carries a signature that proves nothing: a weak RSA key of 1024 bits, not 2048 to 16384"
        )


class TestWhoseKey:
    def test_somebody_elses(self, desk: Desk) -> None:
        commit = desk.commit(key=desk.jo)
        assert desk.found() == [("wrong-signer", commit)]
        row = next(row for row in desk.review().table.rows if row["code"] == "wrong-signer")
        assert f"was committed by {SAM.mail} and signed with a key of 'jo' (SHA256:" in str(row["finding"])

    def test_ones_own_whatever_the_case_of_the_address(self, desk: Desk) -> None:
        desk.repo.git("config", "user.email", SAM.mail.upper())
        desk.commit(key=desk.sam)
        assert desk.found() == []

    def test_nobodys(self, strict: Desk, tmp_path: Path) -> None:
        commit = strict.commit(key=make_key(tmp_path, name="other"))
        assert strict.found() == [("unknown-key", commit)]

    def test_nobodys_where_the_committer_has_another(self, desk: Desk, tmp_path: Path) -> None:
        commit = desk.commit(key=make_key(tmp_path, name="other"))
        assert desk.found() == [("unknown-key", commit)]

    def test_nobodys_where_nobody_asks(self, keyless: Desk, tmp_path: Path) -> None:
        keyless.commit(key=make_key(tmp_path, name="other"))
        assert keyless.found() == []


class TestWhen:
    @pytest.mark.parametrize(
        ("days", "valid"),
        [
            ("from: 2026-11-23, until: 2026-11-23", True),
            ("from: 2026-11-24", False),
            ("until: 2026-11-22", False),
        ],
    )
    def test_a_key_holds_on_its_days(self, make_repo: MakeRepo, tmp_path: Path, days: str, valid: bool) -> None:
        desk = Desk(make_repo, tmp_path, asks=False, sam_has="{0}")
        staff = (desk.repo.root / "policies/staff.yaml").read_text()
        desk.repo.commit("policies/staff.yaml", staff.replace("from: 2026-01-01", days, 1), at=BEGIN - 60)
        commit = desk.commit(key=desk.sam)
        assert desk.found() == ([] if valid else [("key-not-valid", commit)])

    def test_who_dates_a_commit_back_signs_with_no_key_of_then(self, desk: Desk) -> None:
        staff = (desk.repo.root / "policies/staff.yaml").read_text()
        desk.repo.commit("policies/staff.yaml", staff.replace("from: 2026-01-01", "until: 2026-11-24", 1), BEGIN)
        desk.commit(key=desk.sam, at=BEGIN + 60)
        desk.repo.commit("README.md", "A word.\n", parse_stored("2026-11-25T10:00:00Z"))
        commit = desk.commit(key=desk.sam, at=BEGIN + 120)
        assert desk.found() == [("key-not-valid", commit)]

    def test_the_keys_are_those_of_the_audited_commit(self, desk: Desk) -> None:
        """A key that was stolen is given an end; what it signed after that is told, though it was signed before."""
        commit = desk.commit(key=desk.sam)
        assert desk.found() == []
        staff = (desk.repo.root / "policies/staff.yaml").read_text()
        ended = staff.replace("from: 2026-01-01", "until: 2026-11-20", 1)
        desk.repo.commit("policies/staff.yaml", ended, at=BEGIN + 60)
        assert desk.found() == [("key-not-valid", commit)]


class TestUnchecked:
    PGP = b"-----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"

    def signed(self, desk: Desk) -> str:
        content = content_of(desk.repo.root, desk.commit())
        return desk.replace_head(content.replace(b"\n\n", b"\ngpgsig " + self.PGP + b"\n\n", 1))

    def test_where_it_is_asked(self, strict: Desk) -> None:
        assert strict.found() == []
        commit = self.signed(strict)
        assert strict.found() == [("unchecked-signature", commit)]

    def test_where_nobody_asks(self, keyless: Desk) -> None:
        self.signed(keyless)
        assert keyless.found() == []


def test_a_desk_that_signs_everything(strict: Desk) -> None:
    """The founding commit, too: then an audit has nothing to say of signatures."""
    root = strict.repo.head
    amend = ("-c", f"user.signingKey={strict.sam}", "-c", f"user.email={SAM.mail}", "-c", f"user.name={SAM.name}")
    git(strict.repo.root, *amend, "commit", "-q", "--amend", "-S", "--no-edit", GIT_COMMITTER_DATE=f"@{BEGIN} +0000")
    assert strict.repo.head != root
    strict.commit(key=strict.sam, at=BEGIN + 60)
    assert not [row for row in strict.review().table.rows if row["code"] in CODES]


def test_plain_git_believes_the_keys_that_audit_prints(make_repo: MakeRepo, tmp_path: Path) -> None:
    """An auditor who has set up nothing."""
    desk = Desk(make_repo, tmp_path, asks=True, sam_has="{}")
    desk.commit(key=desk.sam)
    done = CliRunner().invoke(app, ["-C", str(desk.repo.root), "audit", "signers"], obj=Settings(now=lambda: NOW))
    assert done.exit_code == 0
    signers = tmp_path / "signers"
    verdict = ("-c", f"gpg.ssh.allowedSignersFile={signers}", "log", "-1", "--format=%G? %GS")
    signers.write_text("")
    assert desk.repo.git(*verdict).split() == ["U"]
    signers.write_text(done.stdout)
    assert desk.repo.git(*verdict) == f"G {SAM.mail}"
