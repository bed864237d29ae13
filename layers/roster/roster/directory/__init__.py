"""What the directory knows: functions named as questions, each saying which calls it makes."""
