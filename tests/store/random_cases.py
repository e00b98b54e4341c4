"""Random valid cases, with the texts that YAML is known to misread."""

from __future__ import annotations

from hypothesis import strategies as st

from casectl.model.case import ENTRY_FIELDS, FIELDS, LOG_KINDS, Case, Entry, FieldSpec
from casectl.model.instants import LAST_INSTANT
from casectl.model.shapes import SPAN

_ONE_WORD = (
    "0123 123 1e5 1_000 0x1f 0o17 0b1 .5 +1 -1 .inf -.inf .NaN 12:30:45 2026-11-23 2026-13-45 2026-11-23T09:00:00Z "
    "~ null NULL no No yes on off y N true FALSE = << - -- --- ... ? : , [ ] { } # & * ! | > ' \" % @ ` -x ?x :x #x "
    "a:b a#b 7mq2c 9d0kq 15m !tag *alias &anchor {a} [a] <b> a, 'q' \"q\" \\n C:\\temp http://a.example/#b =1+1 5b 1a2f"
)

NASTY = [
    *_ONE_WORD.split(),
    "a: b",
    "a #b",
    "a:",
    "a ",
    " a",
    "a  b",
    "- a",
    "? a",
    "a\tb",
    "a\n",
    "\na",
    "a\nb",
    "a\n\nb",
    "a\n  b\nc",
    "  a\nb",
    "a\n \nb",
    "a\n\tb",
    "a\nb ",
    "a\n---\nb",
    "a\nlog:\n- id: x",
    "# a\n# b",
    "a\r\nb",
    "a\u00a0b",
    "\u00e9t\u00e9",
    "\U0001f600",
    "\U0001f468\u200d\U0001f469",
    "a\u2028b",
    "a\x85b",
    "\u202eevil",
    "\ufeffa",
    "\x1b[31m",
    "\x07",
    "\x7f",
    "\uffff",
    "long " * 400 + "end",
    "x" * 3000,
    "\u65e5\u672c\u8a9e: \u306f",
]

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
    st.text("ab1 \n\t:#-|>'\"\\{[&*!%,.e", min_size=1, max_size=20),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=4).map("\n".join),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=4).map(" ".join),
)
words = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
instants = st.integers(0, LAST_INSTANT)
numbers = st.integers(0, 10**15 - 1)
durations = st.one_of(
    st.sampled_from(["0s", "15m", "1h30m", "007h", "2wd", "3wd by end-of-day"]),
    st.from_regex(SPAN, fullmatch=True),
)
_scalars = {"text": texts, "instant": instants, "number": numbers, "duration": durations, "flag": st.booleans()}
_values = {
    **_scalars,
    "instants": st.dictionaries(words, instants, min_size=1, max_size=3),
}
_ids = st.from_regex(r"[0-9a-z]{5}", fullmatch=True)


def _records(spec: FieldSpec) -> st.SearchStrategy[tuple[dict[str, str | int], ...]]:
    """A list of records with all that they need and any of what they may hold."""
    kinds = {name: _ids if name == "id" else _scalars[kind] for name, kind in spec.record.items()}
    needed = {name: kinds.pop(name) for name in spec.record_needs}
    one = st.fixed_dictionaries(needed, optional=kinds)
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda record: record["id"]).map(tuple)


def _value(spec: FieldSpec) -> st.SearchStrategy[object]:
    return _records(spec) if spec.record else _values[spec.kind]


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """One log entry of any kind."""
    kinds = {name: kind for name, kind in ENTRY_FIELDS.items() if name not in ("id", "kind", "direction")}
    names = draw(st.lists(st.sampled_from(sorted(kinds)), unique=True, max_size=4))
    fields = {name: draw(_scalars[kinds[name]]) for name in ENTRY_FIELDS if name in names}
    direction = draw(st.sampled_from([{}, {"direction": "in"}, {"direction": "out"}]))
    return Entry(draw(_ids), draw(st.sampled_from(LOG_KINDS)), direction | fields)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case that any desk could have, its texts as nasty as they come."""
    optional = draw(st.lists(st.sampled_from([spec.name for spec in FIELDS if not spec.required]), unique=True))
    fields = {spec.name: draw(_value(spec)) for spec in FIELDS if spec.required or spec.name in optional}
    fields["id"] = "ABC-261123-K7Q4P"
    return Case(fields, tuple(draw(st.lists(entries(), max_size=3, unique_by=lambda entry: entry.id))))
