"""PURE. Working time, targets and clocks: (timeline, policy, moment) in, figures and their ledgers out."""
