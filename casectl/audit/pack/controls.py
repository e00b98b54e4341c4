"""The control map: which control of which standard the pack has evidence for, where, and what it says nothing of.

The words are ours; the standards' own are to be read in the standards. Numbers: ISO/IEC 27001:2022 Annex A, with those
of the 2013 edition by the correspondence table of ISO/IEC 27002:2022 Annex B; ISO/IEC 20000-1:2018; the 2017 Trust
Services Criteria (with the points of focus of 2022) of the AICPA.
"""

from __future__ import annotations

from typing import NamedTuple

from casectl.reports.table import Table, sheet

COLUMNS = "standard control formerly about shows command not_shown"

ISO_27001 = "ISO/IEC 27001:2022 Annex A"
ISO_20000 = "ISO/IEC 20000-1:2018"
SOC_2 = "SOC 2 (TSC 2017)"


class Control(NamedTuple):
    """One control, and what of it the pack is evidence for."""

    standard: str
    control: str
    formerly: str
    """Its numbers in Annex A of ISO/IEC 27001:2013."""
    about: str
    shows: str
    """Files of the pack, with the columns that matter."""
    command: str
    not_shown: str


CONTROLS: tuple[Control, ...] = (
    Control(
        ISO_27001, "5.24", "16.1.1", "Incidents are planned for: who does what, by when.",
        "policies/ (targets, ladders, duties, rotas); authority.csv (what, may); revisions.csv (version, effective)",
        "casectl policy show DESK",
        "that people know the plan, were trained, or rehearsed it",
    ),
    Control(
        ISO_27001, "5.25", "16.1.4", "Events are assessed, and it is decided which are incidents.",
        "population.csv (target triage: started_at, stopped_at, state); sample/ID/timeline.csv (what: triage)",
        "casectl explain ID triage",
        "whether the assessment was right; events that nobody reported to the desk",
    ),
    Control(
        ISO_27001, "5.26", "16.1.5", "Incidents are responded to as the procedures say.",
        "population.csv (state, breached_at, limit_seconds, evidence); sample/ID/ledger.txt; findings.csv",
        "casectl sla --as-of UNTIL",
        "what was done outside the case: on systems, by phone, by others",
    ),
    Control(
        ISO_27001, "5.27", "16.1.6", "What incidents teach is used.",
        "sample/ID/timeline.csv (what: root-cause entries); population.csv (overturned_reason)",
        "casectl report trends",
        "whether an improvement worked, or was made at all",
    ),
    Control(
        ISO_27001, "5.28", "16.1.7", "Evidence is identified, collected and kept whole.",
        "history.bundle; SHA256SUMS; manifest.json (commit, files); sample/ID/commits.txt",
        "casectl audit verify PACK.zip --recompute",
        "that an attached file is what it claims to be; custody of the pack after it was made",
    ),
    Control(
        ISO_27001, "5.33", "18.1.3", "Records are protected from loss, falsification and unauthorised release.",
        "cases.csv (file, deleted_in); findings.csv (entries edited or removed, times that ran back)",
        "casectl audit",
        "backups, and who may read the repository; a history rewritten as a whole before anybody else held a copy",
    ),
    Control(
        ISO_27001, "5.35", "18.2.1", "Somebody independent reviews how security is managed.",
        "README.md (checks without casectl); cases.csv (in_sample)",
        "casectl audit pack --seed S --out PACK.zip",
        "that a review took place; the pack is its material",
    ),
    Control(
        ISO_27001, "5.36", "18.2.2, 18.2.3", "Compliance with the organisation's own rules is checked.",
        "findings.csv (code, state, accepted_by, accepted_why); totals.csv",
        "casectl audit",
        "rules that policies/ does not hold",
    ),
    Control(
        ISO_27001, "5.37", "12.1.1", "Operating procedures are written down and at hand.",
        "policies/; revisions.csv (version, at, effective, notice)",
        "casectl policy history DESK",
        "that people follow what no step of a case records",
    ),
    Control(
        ISO_27001, "8.15", "12.4.1, 12.4.2, 12.4.3", "What happens is logged, and the log is protected.",
        "history.bundle; sample/ID/commits.txt (author, committer, committed); allowed_signers",
        "git -C check/history log --format=fuller",
        "who typed under a name: an unsigned commit's name is a claim; logs of other systems",
    ),
    Control(
        ISO_27001, "8.17", "12.4.4", "Clocks agree.",
        "sample/ID/timeline.csv (at, committed_at, authored_at); claims.csv (lag_seconds); findings.csv",
        "casectl audit",
        "that a machine's clock was right: only that it was not seen to run back",
    ),
    Control(
        ISO_27001, "8.32", "12.1.2, 14.2.2, 14.2.3, 14.2.4", "Changes follow a procedure.",
        "revisions.csv (what, who, notice, wanted, finding), for the desk's own policies",
        "casectl policy history DESK",
        "changes of the systems that the desk supports, unless they are cases",
    ),
    Control(
        ISO_20000, "8.2.4", "", "There is a catalogue of services.",
        "policies/ (services); population.csv (id, policy)",
        "casectl policy show DESK",
        "that the catalogue is complete, and known to customers",
    ),
    Control(
        ISO_20000, "8.3.2", "", "Relations with customers: complaints and satisfaction.",
        "sample/ID/timeline.csv (what: complaint-answer, satisfaction)",
        "casectl report metrics",
        "surveys and meetings that are no case",
    ),
    Control(
        ISO_20000, "8.3.3", "", "Service levels are agreed, measured and reported.",
        "population.csv (one row per target and occurrence, evidence); totals.csv; policies/",
        "casectl sla --as-of UNTIL",
        "levels that are agreed elsewhere; what the customer experienced",
    ),
    Control(
        ISO_20000, "8.5.1", "", "Changes are controlled.",
        "revisions.csv (notice, wanted, finding), for the desk's own policies",
        "casectl policy history DESK",
        "changes of services, unless they are cases",
    ),
    Control(
        ISO_20000, "8.6.1", "", "Incidents are recorded, classified, escalated, resolved and closed.",
        "cases.csv; population.csv; sample/ID/timeline.csv; sample/ID/ledger.txt",
        "casectl log ID",
        "incidents that nobody opened a case for",
    ),
    Control(
        ISO_20000, "8.6.2", "", "Service requests are recorded and fulfilled.",
        "cases.csv; population.csv (target lead-time, completion)",
        "casectl log ID",
        "requests that nobody opened a case for",
    ),
    Control(
        ISO_20000, "8.6.3", "", "Problems are looked for behind incidents.",
        "sample/ID/timeline.csv (what: root-cause, link)",
        "casectl report trends",
        "that the cause was the true one",
    ),
    Control(
        ISO_20000, "8.7.1", "", "Service availability is monitored.",
        "population.csv (started_at, stopped_at of what customers reported)",
        "casectl report trends",
        "availability itself: the pack holds reports of outages, no measurements",
    ),
    Control(
        ISO_20000, "8.7.3", "", "Information security incidents are managed.",
        "cases.csv and population.csv, where the policy has a type or category for them",
        "casectl list",
        "that every security incident was opened as one",
    ),
    Control(
        ISO_20000, "9.1", "", "Performance is monitored, measured and evaluated.",
        "totals.csv; population.csv; manifest.json (commands)",
        "casectl report metrics",
        "targets that no policy holds",
    ),
    Control(
        ISO_20000, "9.2", "", "Internal audits are made.",
        "findings.csv; cases.csv (in_sample)",
        "casectl audit",
        "that an audit took place, and its conclusion",
    ),
    Control(
        ISO_20000, "9.4", "", "Services are reported on.",
        "manifest.json (the command that makes it again); population.csv",
        "casectl report management",
        "that a report reached anybody",
    ),
    Control(
        SOC_2, "CC7.2", "", "Anomalies are noticed and looked at.",
        "claims.csv (detected, lag_seconds); population.csv (target triage, response)",
        "casectl sla --as-of UNTIL",
        "monitoring itself: what no alert and no person brought in",
    ),
    Control(
        SOC_2, "CC7.3", "", "Security events are evaluated.",
        "population.csv (target triage); sample/ID/timeline.csv (what: triage)",
        "casectl explain ID triage",
        "whether the evaluation was right",
    ),
    Control(
        SOC_2, "CC7.4", "", "Incidents are responded to by a defined programme.",
        "policies/; authority.csv; population.csv (state, evidence); sample/ID/ledger.txt",
        "casectl explain ID",
        "containment on the systems themselves",
    ),
    Control(
        SOC_2, "CC7.5", "", "Recovery from incidents.",
        "population.csv (target resolution: stopped_at); sample/ID/timeline.csv (status)",
        "casectl explain ID resolution",
        "that the service was restored: only that a step says so",
    ),
    Control(
        SOC_2, "CC8.1", "", "Changes are authorised, designed, tested and approved.",
        "revisions.csv (who, notice, finding), for the desk's own policies; authority.csv",
        "casectl policy history DESK",
        "changes of software and infrastructure, unless they are cases",
    ),
)  # fmt: skip


def control_table() -> Table:
    """The map as a table."""
    return sheet("Control map", COLUMNS, (each._asdict() for each in CONTROLS))


def control_page() -> str:
    """The map as a page of Markdown, control by control."""
    blocks = [
        "# Control map\n\nWhat this pack is evidence for. The words are ours; a control is met by what people do, and\n"
        "a pack only shows what their steps left behind.\n"
    ]
    for standard in (ISO_27001, ISO_20000, SOC_2):
        blocks.append(f"## {standard}\n")
        blocks += [_block(each) for each in CONTROLS if each.standard == standard]
    return "\n".join(blocks)


def _block(each: Control) -> str:
    formerly = f" (2013: {each.formerly})" if each.formerly else ""
    return (
        f"### {each.control}{formerly}: {each.about}\n\n- shown by: {each.shows}\n- command: `{each.command}`\n"
        f"- not shown: {each.not_shown}\n"
    )
