"""Messages that go out: texts of the desks, filled in for a case."""
