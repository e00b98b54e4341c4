"""`policies/` read at a commit, from real git: what it says, what it says despite mistakes, and what is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from casectl.model.policy import Book, Policy
from casectl.model.problems import Problem
from casectl.model.target import Target
from casectl.store.book import read_book
from casectl.store.objects import ObjectReader
from casectl.store.policy_files import check_policy_files, read_policy_files
from casectl.store.repo import Repo, find_repo, head_commit, state_dir
from tests.model.one_policy import ACME, changed

HOLIDAYS = 'name: acme\nyears: 2015-2035\ndates:\n  2026-12-25: "Christmas Day"\n  2026-12-28: "Boxing Day"\n'
FILES = {
    "policies/acme-desk/1.0.yaml": ACME,
    "policies/acme-desk/customers.yaml": "customers:\n  oakfield: {label: Oakfield School}\n",
    "policies/acme-desk/examples.yaml": "weight: 1\n",
    "policies/other/1.0.yaml": ACME.replace("desk: acme-desk", "desk: other").replace("prefix: ACM", "prefix: OTH"),
    "policies/holidays/acme.yaml": HOLIDAYS,
    "policies/staff.yaml": "staff:\n  sam: {name: Sam, mail: sam@example.com, roles: [agent, team-leader]}\n",
    "policies/README.md": "words\n",
    "cases/README.md": "words\n",
}


@dataclass(frozen=True)
class Desk:
    root: Path

    @property
    def repo(self) -> Repo:
        return find_repo(self.root)

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=Sam", "-c", "user.email=sam@example.com"]
        done = subprocess.run(["git", *who, *words], cwd=self.root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | None]) -> str:
        """Write (or remove) files and commit them."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "policies")
        return head_commit(self.repo)

    def read(self, commit: str | None = None, desk: str | None = None) -> tuple[Book, tuple[Problem, ...]]:
        return read_book(self.repo, commit or head_commit(self.repo), desk)

    def kept(self) -> list[Path]:
        return sorted((state_dir(self.repo) / "trees").glob("*"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = tmp_path / "desk"
    root.mkdir()
    made = Desk(root)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.commit(FILES)
    return made


def test_everything_that_policies_say(desk: Desk) -> None:
    book, problems = desk.read()
    assert problems == ()
    assert list(book.policies) == ["acme-desk/1.0", "other/1.0"]
    assert book.policies["acme-desk/1.0"].path == "policies/acme-desk/1.0.yaml"
    assert book.policies["acme-desk/1.0"].calendars["desk"].holidays == {date(2026, 12, 25)}
    customer = book.customer("acme-desk", "oakfield")
    assert customer is not None
    assert customer.label == "Oakfield School"
    assert book.customers["other"] == {}
    person = book.person_by_mail("SAM@example.com")
    assert person is not None
    assert person.key == "sam"


def test_one_desk_only(desk: Desk) -> None:
    assert desk.read(desk="other")[0].desks() == ("other",)
    assert desk.read(desk="nobody")[0].desks() == ("acme-desk", "other"), "so that a hint can name them"


def test_the_commit_counts_not_the_work_tree(desk: Desk) -> None:
    before = head_commit(desk.repo)
    after = desk.commit({"policies/acme-desk/2.0.yaml": newer()})
    (desk.root / "policies/acme-desk/1.0.yaml").write_text("half edited: [")
    assert set(desk.read(before)[0].policies) == {"acme-desk/1.0", "other/1.0"}
    book, problems = desk.read(after)
    assert problems == ()
    found = book.in_force("acme-desk", date(2027, 1, 1))
    assert found is not None
    assert found.ref == "acme-desk/2.0"


def newer() -> str:
    return changed('version: "1.0"', 'version: "2.0"', changed("2020-10-01", "2027-01-01"))


def test_a_broken_file_takes_nothing_else_with_it(desk: Desk) -> None:
    desk.commit({
        "policies/acme-desk/2.0.yaml": newer().replace("prefix: ACM", "prefix: acm"),
        "policies/acme-desk/3.0.yaml": "a: [b\n",
        "policies/other/customers.yaml": "customers: 7\n",
    })  # fmt: skip
    book, problems = desk.read()
    assert set(book.policies) == {"acme-desk/1.0", "other/1.0"}
    assert {problem.path for problem in problems} == {
        "policies/acme-desk/2.0.yaml", "policies/acme-desk/3.0.yaml", "policies/other/customers.yaml",
    }  # fmt: skip


def test_text_that_is_not_utf_8(desk: Desk) -> None:
    path = desk.root / "policies/other/1.0.yaml"
    path.write_bytes(path.read_bytes().replace(b"Service desk of Acme", b"Service desk of Z\xfcrich"))
    desk.commit({})
    book, problems = desk.read()
    assert list(book.policies) == ["acme-desk/1.0"]
    assert [(p.path, p.line, p.message) for p in problems] == [("policies/other/1.0.yaml", 3, "not UTF-8 text")]


def test_a_missing_holiday_list_is_the_policy_s_problem(desk: Desk) -> None:
    desk.commit({"policies/holidays/acme.yaml": None})
    book, problems = desk.read()
    assert not book.policies
    assert {problem.message for problem in problems} == {"calendar 'desk': no readable holiday list 'acme'"}


def test_a_broken_holiday_list_says_so_once(desk: Desk) -> None:
    desk.commit({"policies/holidays/acme.yaml": HOLIDAYS.replace("2026-12-28", "28 December")})
    _, problems = desk.read()
    assert [p.message for p in problems if p.path == "policies/holidays/acme.yaml"] == [
        "dates: '28 December' is no date"
    ]


def test_a_commit_without_policies(desk: Desk) -> None:
    desk.git("rm", "-r", "--quiet", "policies")
    (desk.root / "policies").mkdir()
    commit = desk.commit({})
    book, problems = desk.read(commit)
    assert (book.desks(), len(problems)) == ((), 1)
    assert "has no policies/" in problems[0].message


def test_a_second_read_parses_no_yaml(desk: Desk) -> None:
    desk.read()
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from casectl.store.book import read_book\n"
        "from casectl.store.repo import find_repo, head_commit\n"
        "repo = find_repo(Path(sys.argv[1]))\n"
        "book, problems = read_book(repo, head_commit(repo))\n"
        "assert len(book.policies) == 2 and not problems\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'ruamel'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(desk.root)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_what_is_kept_says_the_same(desk: Desk) -> None:
    first, second = desk.read()[0], desk.read()[0]
    assert len(desk.kept()) == 5
    for ref, policy in first.policies.items():
        again = second.policies[ref]
        assert targets_of(policy) == targets_of(again)
        assert policy.states == again.states
        assert policy.calendars["desk"].weekly == again.calendars["desk"].weekly
        assert policy.calendars["desk"].holidays == again.calendars["desk"].holidays
    assert (first.customers, first.staff) == (second.customers, second.staff)


def targets_of(policy: Policy) -> dict[str, Target]:
    """The targets without the calendars that their rules point to: those are compared by identity."""
    return {
        name: target._replace(
            rules=tuple(rule._replace(calendars={}) for rule in target.rules),
            otherwise=target.otherwise._replace(calendars={}),
        )
        for name, target in policy.targets.items()
    }


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"format": 1}', '{"format": 0, "blob": "x", "tree": [1, 1, "x"]}', '{"format": 1, "tree": [9]}'],
)
def test_damage_to_what_is_kept_is_mended(desk: Desk, damage: str) -> None:
    first = desk.read()[0]
    good = {path: path.read_text() for path in desk.kept()}
    for path in good:
        path.write_text(damage)
    book, problems = desk.read()
    assert problems == ()
    assert targets_of(book.policies["acme-desk/1.0"]) == targets_of(first.policies["acme-desk/1.0"])
    assert {path: path.read_text() for path in desk.kept()} == good


def test_a_kept_tree_of_another_blob_is_not_believed(desk: Desk) -> None:
    desk.read()
    one, other = desk.kept()[:2]
    one.write_text(other.read_text())
    assert desk.read()[1] == ()
    assert json.loads(one.read_text())["blob"] == one.stem


def test_broken_files_are_not_kept(desk: Desk) -> None:
    desk.commit({"policies/acme-desk/3.0.yaml": "a: [b\n"})
    assert len(desk.read()[1]) == len(desk.read()[1]) == 1
    assert len(desk.kept()) == 5


def test_where_nothing_can_be_kept_it_still_reads(desk: Desk) -> None:
    state = desk.root / ".git" / "casectl"
    state.write_text("in the way")
    book, problems = desk.read()
    assert (len(book.policies), problems) == (2, ())


def test_a_shared_reader(desk: Desk) -> None:
    with ObjectReader(desk.repo) as reader:
        commit = head_commit(desk.repo)
        assert read_book(desk.repo, commit, reader=reader)[0].desks() == ("acme-desk", "other")
        assert read_book(desk.repo, commit, "other", reader)[0].desks() == ("other",)


def test_links_and_other_files_are_left_alone(desk: Desk) -> None:
    (desk.root / "policies/acme-desk/9.yaml").symlink_to("/etc/passwd")
    desk.commit({"policies/acme-desk/notes.txt": "a: [b"})
    book, problems = desk.read()
    assert (len(book.policies), problems) == (2, ())


def test_files_on_disk_half_edited(desk: Desk) -> None:
    """What `casectl policy check FILE` looks at: the work tree, with the holiday lists that stand beside it."""
    path = desk.root / "policies/acme-desk/1.0.yaml"
    policies, problems = read_policy_files([path])
    assert ([policy.ref for policy in policies], problems) == (["acme-desk/1.0"], ())
    path.write_text(ACME.replace("prefix: ACM", "prefix: acm"))
    policies, problems = read_policy_files([path])
    assert policies == ()
    assert [(problem.path, problem.line) for problem in problems] == [(path.as_posix(), 4)]


def test_a_whole_folder_is_checked_file_by_file_and_together(desk: Desk) -> None:
    folder = desk.root / "policies"
    today = date(2026, 11, 23)
    assert check_policy_files([folder], today) == ()
    (folder / "other/2.0.yaml").write_text(newer().replace("desk: acme-desk", "desk: other"))
    (folder / "staff.yaml").write_text("staff: {sam: {name: Sam}}\n")
    (folder / "acme-desk/customers.yaml").write_text("customers: {oakfield: {plan: []}}\n")
    messages = [problem.message for problem in check_policy_files([folder], today)]
    assert messages == [
        "'plan' must be one value, not a list",
        "prefix 'ACM' is desk acme-desk's already (" + (folder / "acme-desk/1.0.yaml").as_posix() + ")",
        "person 'sam' lacks 'mail'",
    ]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    _, (problem,) = read_policy_files([tmp_path / "1.0.yaml"])
    assert problem.message.startswith("cannot be read")
