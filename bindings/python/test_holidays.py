"""The embedded holidays against what another keeper of them says, stored by `tests/calendar/check_holidays.py`; no library needed."""

import datetime
import json
import pathlib
import tomllib
import unittest

ROOT = pathlib.Path(__file__).parents[2]
STORED = ROOT / "tests" / "data" / "calendar" / "chinesecalendar.json"


def exceptions(table):
    """Weekdays off and weekend days worked of a year's table, as sorted texts."""
    off, on = set(), set()
    for holiday in table["holiday"]:
        length = (holiday["to"] - holiday["from"]).days + 1
        period = [holiday["from"] + datetime.timedelta(days=n) for n in range(length)]
        off |= {day for day in period if day.weekday() < 5}
        on |= set(holiday.get("workdays", []))
    return {"weekdays_off": [str(d) for d in sorted(off)], "weekend_days_worked": [str(d) for d in sorted(on)]}


class Holidays(unittest.TestCase):
    def test_every_published_year_is_what_others_read_in_the_notice(self):
        ours = {}
        for path in sorted((ROOT / "core" / "model" / "data" / "calendar").glob("2*.toml")):
            for table in tomllib.loads(path.read_text(encoding="utf-8"))["year"]:
                if table["source"] == "published":
                    ours[str(table["year"])] = exceptions(table)
        self.assertEqual(ours, json.loads(STORED.read_text(encoding="utf-8"))["years"])


if __name__ == "__main__":
    unittest.main()
