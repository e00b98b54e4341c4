"""The evidence pack: made of reports and findings, checked without casectl, and made again byte for byte."""
