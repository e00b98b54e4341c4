"""`casectl outbox draft`: what a case calls for, from the desk's texts as committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import ACME, Terminal

NEWS = "Subject: [{{ id }}] {{ title }}\n\nDear {{ contact or 'customer' }}, it is {{ status }}.\n"
DUTY = """
duties:
  news: {label: News, on: update, automatic: true, through: "email:out", message: news}
  told: {label: The rating is told, on: triage, through: ["call:out", "email:out"], message: rating}
"""


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    source = terminal.home / "acme"
    (source / "messages").mkdir(parents=True)
    (source / "acme.yaml").write_text(ACME.read_text() + DUTY)
    (source / "messages" / "news.txt").write_text(NEWS)
    (source / "messages" / "rating.txt").write_text(
        "Subject: Rated {{ priority }}\n\nFor {{ rule }}, by {{ agent }}.\n"
    )
    terminal.run("init", str(terminal.root), "--policy", str(source / "acme.yaml"), at="08:00")
    return terminal


def test_init_takes_the_messages_along(desk: Terminal) -> None:
    assert (desk.root / "policies" / "acme-desk" / "messages" / "news.txt").read_text() == NEWS
    assert desk.run("policy", "check").err.strip() == "1 policy version checked: no mistakes"


def test_a_message_by_its_name(desk: Terminal) -> None:
    case = desk.open("It burns", "--contact", "oakfield/it", at="09:00")
    said = desk.run("outbox", "draft", case, "news").out
    assert said == f"To: oakfield/it\nSubject: [{case}] It burns\n\nDear oakfield/it, it is open.\n"
    assert desk.commits() == 2, "nothing is written"


def test_without_a_name_what_the_case_owes_and_what_was_drafted_last(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    assert f"{case} owes no message" in desk.run("outbox", "draft", case).err
    rated = desk.run("triage", case, "--priority", "p2", at="09:01").out
    assert "owed: The rating is told: by call out or email out; casectl call" in rated
    said = desk.run("outbox", "draft", case).out
    assert "Subject: Rated p2\n\nFor told, by Sam." in said
    desk.run("update", case, "-m", "Half is out.", at="09:02")
    assert [one["message"] for one in desk.run("outbox", "draft", case, "-o", "json").json] == ["rating", "news"]


def test_it_is_saved_once_and_never_over_anything(desk: Terminal, tmp_path: Path) -> None:
    case = desk.open("It burns", at="09:00")
    path = desk.run("outbox", "draft", case, "news", "--save", str(tmp_path)).out.strip()
    assert Path(path).name == f"{case}-news.txt"
    assert "Subject: [" in Path(path).read_text()
    assert "is there already" in desk.run("outbox", "draft", case, "news", "--save", str(tmp_path), code=5).err
    Path(path).unlink()
    Path(path).symlink_to(tmp_path / "elsewhere")
    desk.run("outbox", "draft", case, "news", "--save", str(tmp_path), code=5)
    assert not (tmp_path / "elsewhere").exists()


def test_the_text_is_the_committed_one(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    (desk.root / "policies/acme-desk/messages/news.txt").write_text("Subject: half-edited\n\n{{ nonsense }}\n")
    assert "half-edited" not in desk.run("outbox", "draft", case, "news").out


def test_an_unknown_message_is_told_with_those_there_are(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    assert "did you mean 'news'?" in desk.run("outbox", "draft", case, "new", code=4).err


def test_a_title_with_line_breaks_adds_no_header(desk: Terminal) -> None:
    case = desk.open("It burns", at="09:00")
    path = desk.root / f"cases/2026/11/23/{case}.yaml"
    path.write_text(path.read_text().replace("title: It burns", 'title: "Hi\\r\\nBcc: all@example.com\\e[31m"'))
    desk.git("commit", "-qam", "by hand")
    said = desk.run("outbox", "draft", case, "news").out
    assert "\nBcc:" not in said
    assert "\x1b" not in said


def test_policy_check_reads_every_message(desk: Terminal) -> None:
    folder = desk.root / "policies/acme-desk/messages"
    (folder / "bad.txt").write_text("Subject: x\n\n{{ titel }}\n{{ title.x }}\n")
    (folder / "worse.txt").write_bytes(b"Subject: \xff\n")
    said = desk.run("policy", "check", code=3).out
    assert "policies/acme-desk/messages/bad.txt:3: unknown variable 'titel'\n  hint: did you mean 'title'?" in said
    assert "bad.txt:4: '.x' is there for items of a list only" in said
    assert "worse.txt:1: not UTF-8 text" in said
    (folder / "news.txt").unlink()
    assert "duties 'news': there is no message 'news'" in desk.run("policy", "check", code=3).out


def test_a_broken_message_is_refused_when_it_is_used(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    (desk.root / "policies/acme-desk/messages/news.txt").write_text("Subject: x\n\n{{ titel }}\n")
    desk.git("commit", "-qam", "broken")
    said = desk.run("outbox", "draft", case, "news", code=3)
    assert "policies/acme-desk/messages/news.txt:3: unknown variable 'titel'" in said.err


def test_one_broken_message_spoils_no_other(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.run("triage", case, "--priority", "p2", at="09:01")
    desk.run("update", case, "-m", "Half is out.", at="09:02")
    (desk.root / "policies/acme-desk/messages/rating.txt").write_text("Subject: x\n\n{{ titel }}\n")
    desk.git("commit", "-qam", "broken")
    said = desk.run("outbox", "draft", case, code=3)
    assert said.out.startswith("To: ")
    assert "it is open" in said.out
    assert "rating.txt:3: unknown variable 'titel'" in said.err


def test_a_message_that_is_not_there_is_not_said_to_be_drafted(desk: Terminal) -> None:
    case = desk.open(at="09:00")
    desk.git("rm", "-q", "policies/acme-desk/messages/news.txt")
    desk.git("commit", "-qm", "gone")
    said = desk.run("update", case, "-m", "Half is out.", at="09:02")
    assert "News is owed: there is no policies/acme-desk/messages/news.txt to draft it from" in said.err
    assert "notice" not in desk.run("log", case).out
    assert case in desk.run("list", "--owing").out


def test_the_folder_to_save_into_has_to_be_there(desk: Terminal, tmp_path: Path) -> None:
    case = desk.open(at="09:00")
    said = desk.run("outbox", "draft", case, "news", "--save", str(tmp_path / "new"), code=2).err
    assert f"there is no folder {tmp_path / 'new'}" in said
    assert "mkdir -p" in said


def test_a_message_has_a_name_that_can_be_typed(desk: Terminal) -> None:
    folder = desk.root / "policies/acme-desk/messages"
    (folder / "At Risk.txt").write_text(NEWS)
    assert "At Risk.txt: no message can be called so" in desk.run("policy", "check", code=3).out


def test_what_a_message_speaks_of_and_the_case_lacks_is_said(desk: Terminal) -> None:
    folder = desk.root / "policies/acme-desk/messages"
    (folder / "over.txt").write_text(
        "Subject: [{{ id }}] solved\n\n{{ resolution }}\n{% if owner %}{{ owner }}{% endif %}{{ contact or 'you' }}\n"
    )
    desk.git("add", ".")
    desk.git("commit", "-qm", "over")
    case = desk.open(at="09:00")
    said = desk.run("outbox", "draft", case, "over")
    assert f"message 'over' speaks of what {case} does not have: resolution\n" in said.err
    desk.run("resolve", case, "-m", "A fuse.", at="09:10")
    assert "speaks of" not in desk.run("outbox", "draft", case, "over").err
