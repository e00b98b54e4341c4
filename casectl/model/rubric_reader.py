"""The rubric as a policy writes it: what is asked about a case, and the rating that answers and facts suggest."""

from __future__ import annotations

from collections.abc import Mapping

from casectl.model.choice_reader import check_last_row
from casectl.model.policy import Question, Rubric, Suggestion
from casectl.model.policy_shape import QUESTION, RUBRIC, RUBRIC_FACTS, RUBRIC_WHEN, SUGGESTION
from casectl.model.reading import Reading
from casectl.model.target import Condition
from casectl.model.tree import Branch, Node, Row
from casectl.model.vocabulary import Vocabulary, read_condition

_ROW_HINT = "- {when: {impact: all}, priority: p1}, and last - {priority: p3}"


def read_rubric(reading: Reading, branch: Branch, words: Vocabulary) -> Rubric | None:
    """The section `rubric`; None where the policy has none."""
    if "rubric" not in branch.items:
        return None
    fields = reading.record(branch.items["rubric"], "rubric", RUBRIC)
    questions = {
        name: _question(reading, name, node) for name, node in reading.section(fields, "questions", "question")
    }
    for name in sorted(questions.keys() & set(RUBRIC_FACTS)):
        line = reading.mapping(fields.items["questions"], "questions").keys[name]
        reading.mistake(line, f"question '{name}' has the name of a fact of the case", "call it something else")
    return Rubric(questions, _suggestions(reading, fields, questions, words))


def _question(reading: Reading, name: str, node: Node) -> Question:
    what = f"question '{name}'"
    fields = reading.record(node, what, QUESTION)
    section = fields.items.get("answers")
    names = [answer for answer, _ in reading.section(fields, "answers", "answer")]
    answers = {one: reading.text(section, one, one) for one in names} if isinstance(section, Branch) else {}
    if section is not None and not isinstance(section, Row) and len(answers) < 2:
        reading.mistake(section.line, f"{what} has no two answers to choose from", 'answers: {"yes": Yes, "no": No}')
    return Question(name, reading.text(fields, "ask"), answers)


def _suggestions(
    reading: Reading, fields: Branch, questions: Mapping[str, Question], words: Vocabulary
) -> tuple[Suggestion, ...]:
    listed = fields.items.get("suggest")
    if listed is None:
        return ()
    if not isinstance(listed, Row) or not listed.items:
        reading.mistake(listed.line, "rubric: suggest must be a list", _ROW_HINT)
        return ()
    check_last_row(reading, "rubric", listed, "priority")
    return tuple(_suggestion(reading, n, node, questions, words) for n, node in enumerate(listed.items, 1))


def _suggestion(
    reading: Reading, number: int, node: Node, questions: Mapping[str, Question], words: Vocabulary
) -> Suggestion:
    what = f"rubric, row {number}"
    row = reading.record(node, what, SUGGESTION)
    priority = reading.known(row, "priority", words.priority, "priority")
    when = reading.mapping(row.items["when"], f"{what}, when") if "when" in row.items else Branch({}, row.line, {})
    for key in when.items.keys() - questions.keys() - set(RUBRIC_FACTS):
        hint = reading.near(key, (*questions, *RUBRIC_FACTS))
        reading.mistake(when.keys[key], f"{what}: '{key}' is no question of the rubric and no fact", hint)
    answers = {key: _answers(reading, when, questions[key]) for key in when.items if key in questions}
    facts = Branch({key: value for key, value in when.items.items() if key in RUBRIC_FACTS}, when.line, when.keys)
    condition = Condition()
    if facts.items:
        condition = read_condition(reading, facts, f"{what}, when", words, RUBRIC_WHEN)
    return Suggestion(answers, condition, priority, reading.clause(row), node.line)


def _answers(reading: Reading, when: Branch, question: Question) -> frozenset[str]:
    named = reading.known_words(when, question.name, question.answers, f"answer to '{question.name}'")
    node = when.items[question.name]
    if isinstance(node, Row) and not node.items:
        reading.mistake(node.line, f"'{question.name}' lists nothing, so it could never hold", "leave the key out")
    return frozenset(named)
