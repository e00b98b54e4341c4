"""What comes in from outside (tables, calendars of public holidays), turned into steps and files."""
