"""One file for each kind of question that an audit asks of a history; `audit.review` finds them here by itself.

A check holds `CODES`, and one or more of these, which give findings: `of_history(history)`, asked before any case is
read; `of_case(trial)`, asked of each case; `at_the_end(history)`, once all cases have been read.
"""
