"""The verbs: pure functions from a case, its policy and a moment to a `Change`; `record` alone goes to the store."""
