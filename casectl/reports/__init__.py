"""Figures over many cases as plain tables; `render` alone turns a table into text, CSV, JSON, Markdown or HTML."""
