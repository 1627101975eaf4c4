"""Compares every day of the published years of `core/model/data/calendar` with the package `chinesecalendar`, which others keep.

    python3 -m venv DIR && DIR/bin/pip install chinesecalendar==1.11.0 && DIR/bin/python tests/calendar/check_holidays.py

With `--write` it also stores what the package says as `tests/data/calendar/chinesecalendar.json`, for the Python lane, which installs
nothing. Ends with 1 where a day differs.
"""

import datetime
import importlib.metadata
import json
import pathlib
import sys
import tomllib

import chinese_calendar

ROOT = pathlib.Path(__file__).parents[2]
STORED = ROOT / "tests" / "data" / "calendar" / "chinesecalendar.json"


def days_of(year):
    day = datetime.date(year, 1, 1)
    while day.year == year:
        yield day
        day += datetime.timedelta(days=1)


def ours(table):
    """Every date of a year's table with whether it is worked on."""
    off, on = set(), set()
    for holiday in table.get("holiday", []):
        length = (holiday["to"] - holiday["from"]).days + 1
        off |= {holiday["from"] + datetime.timedelta(days=n) for n in range(length)}
        on |= set(holiday.get("workdays", []))
    return {day: day in on or (day.weekday() < 5 and day not in off) for day in days_of(table["year"])}


def tables():
    for path in sorted((ROOT / "core" / "model" / "data" / "calendar").glob("2*.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8"))["year"]


def main():
    stored, differing = {}, 0
    for table in tables():
        year = table["year"]
        if table["source"] != "published":
            print(f"{year}: {table['source']}, nothing to compare with")
            continue
        theirs = {day: chinese_calendar.is_workday(day) for day in days_of(year)}
        assert all(chinese_calendar.is_holiday(day) != worked for day, worked in theirs.items())
        wrong = [day for day, worked in ours(table).items() if theirs[day] != worked]
        print(f"{year}: {len(theirs)} days compared, {len(wrong)} differ{''.join(f' {day}' for day in wrong)}")
        differing += len(wrong)
        stored[str(year)] = {
            "weekdays_off": [str(d) for d, worked in theirs.items() if d.weekday() < 5 and not worked],
            "weekend_days_worked": [str(d) for d, worked in theirs.items() if d.weekday() >= 5 and worked],
        }
    if "--write" in sys.argv[1:]:
        source = f"chinesecalendar {importlib.metadata.version('chinesecalendar')} (PyPI, MIT)"
        text = json.dumps({"source": source, "years": stored}, indent=1) + "\n"
        STORED.parent.mkdir(parents=True, exist_ok=True)
        STORED.write_text(text, encoding="utf-8")
    return 1 if differing or not stored else 0


if __name__ == "__main__":
    sys.exit(main())
