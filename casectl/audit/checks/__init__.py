"""One file for each kind of question that an audit asks of a history; `audit.review` finds them here by itself.

A check holds `CODES`, and one or both of `of_history(history)` and `of_case(trial)`, which give findings.
"""
