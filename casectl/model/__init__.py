"""PURE. The frozen values that every other room speaks in. Imports the standard library and dateutil only."""
