"""The one list of scenarios, through the library that apps load.

Plays `tests/scenarios/list/*.json`, then `lives/*.json`, with real phones against the real server process, holds every step to what is written
beside it, and compares the digest of everything it saw with the one that `yuandian-scenarios` (the Rust API) comes to.
`tests/scenarios/README.md` tells what a file may say.
"""

import argparse
import asyncio
import contextlib
import datetime
import hashlib
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import yuandian_ffi as core

EXE = ".exe" if sys.platform == "win32" else ""


class Broken(Exception):
    """A step did not end as it is written."""


class Phone:
    """A phone of the scenario: its home, its core while it is open, and the invitation written for it."""

    def __init__(self, home, code):
        self.home, self.code, self.core = home, code, None

    async def open(self):
        self.core = await core.YuandianCore.open(str(self.home))

    async def shut(self):
        if self.core is not None:
            await self.core.shutdown()
            self.core = None


class Stage:
    """The server process and the phones of one scenario, in a folder that is gone afterwards."""

    def __init__(self, folder, bin_dir, test_data):
        self.folder, self.test_data = pathlib.Path(folder), test_data
        self.server_bin = bin_dir / f"yuandian-server{EXE}"
        self.server, self.address = None, "http://127.0.0.1:0"
        self.phones, self.cases, self.forms = {}, {}, {}

    def server_up(self):
        listen = self.address.removeprefix("http://")
        call = [self.server_bin, "serve", "--listen", listen, "--data", self.folder / "server"]
        self.server = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.server.stdout:
            found = [word for word in line.split() if word.startswith("http://")]
            if found:
                self.address = found[0].rstrip("/")
                return
        raise Broken("the server ended before it listened")

    def server_down(self):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server.stdout.close()
            self.server = None

    def invite(self, device):
        call = [self.server_bin, "invite", "--data", self.folder / "server"]
        for key in ("role", "grid", "unit", "level"):
            if key in device:
                call += ["--" + key, device[key]]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    async def given(self, word):
        """What a word of a step stands for: `case:NAME` is that case's id, `user:NAME` that person's, `day:N` the day in N days, anything else
        itself."""
        kind, _, name = word.partition(":")
        if kind == "case":
            return self.cases[name]
        if kind == "user":
            return (await self.phones[name].core.person()).user
        if kind == "day":
            in_zhengzhou = datetime.timezone(datetime.timedelta(hours=8))
            return str((datetime.datetime.now(in_zhengzhou) + datetime.timedelta(days=int(name))).date())
        return word

    async def admin(self, args):
        """A command of the operator."""
        given = [await self.given(arg) for arg in args]
        call = [self.server_bin, "admin", given[0], "--data", self.folder / "server", *given[1:]]
        told = subprocess.run(call, capture_output=True, text=True)
        if told.returncode:
            raise Broken(f"admin {given[0]}: {told.stderr}")

    def days_pass(self, days):
        """What the server is to do later comes nearer by so many days, and rights are as much older, while it stands still."""
        self.server_down()
        with contextlib.closing(sqlite3.connect(self.folder / "server" / "yuandian.db")) as db, db:
            ms = days * 24 * 60 * 60 * 1_000
            db.execute("UPDATE timer SET due_ms = due_ms - ?", [ms])
            db.execute("UPDATE person_right SET since_ms = since_ms - ?1, ended_ms = ended_ms - ?1", [ms])
        self.server_up()

    async def set(self, devices):
        self.server_up()
        for device in devices:
            name = device["name"]
            phone = Phone(self.folder / name, self.invite(device))
            self.phones[name] = phone
            await phone.open()
            if device.get("enrolled", True):
                await phone.core.enroll(self.address, phone.code, name)

    async def strike(self):
        for phone in self.phones.values():
            await phone.shut()
        self.server_down()

    def files(self, names):
        return [str(self.test_data / name) for name in names]


# What is compared: `tests/scenarios/src/observe.rs` says the same in Rust.


def seen_line(line):
    names = "service service_text title stage stage_text sync sync_text claim photos".split()
    return {"case": line.id} | {name: getattr(line, name) for name in names}


def seen_case(view):
    names = "service title text stage stage_text sync sync_text author holders waiting grid grid_name can act_seq"
    names += " pending followers followed"
    conflicts = {c.key: sorted([v.value, v.by] for v in c.values) for c in view.conflicts}
    photo = "hash mime size width height by local sent stored micro pending".split()
    place = view.place
    args = lambda next: [[a.name, a.required, [[o.id, o.text] for o in a.options]] for a in next.arguments]
    return {name: getattr(view, name) for name in names.split()} | {
        "next": [[n.act, n.text, n.by, args(n), n.photos, n.offline, n.at_most, n.up_to, n.why_not] for n in view.next],
        "marks": [mark.id for mark in view.marks],
        "marks_text": [mark.text for mark in view.marks],
        "units": view.units,
        "parts": [[part.unit, part.task, part.open] for part in view.parts],
        "asked": [[a.mark, a.text, [[s.key, s.value] for s in a.said]] for a in view.asked],
        "desk": view.desk and [view.desk.id, view.desk.text],
        "condition": view.condition and [view.condition, view.closes_when],
        "clocks": [[time.clock, time.text, time.unit, time.by_rule] for time in view.times],
        "fields": {a.key: a.value for a in view.fields if a.key not in conflicts},
        "pending_fields": [key for key in view.pending_fields if key not in conflicts],
        "private": view.private_keys,
        "conflicts": conflicts,
        "notes": [{"text": n.text, "by": n.by, "pending": n.pending} for n in view.notes],
        "photos": [{name: getattr(p, name) for name in photo} for p in view.photos],
        "claim": {"state": view.claim.state, "position": view.claim.position},
        "place": place and [f"{place.lng:.5f}", f"{place.lat:.5f}", place.radius_m],
        "history": [[h.act, h.by, h.outcome] for h in view.history],
        "words": view.code_words is not None,
        "looks": [[look.by, look.keys] for look in view.looks],
        "stays": [[s.by, s.in_word, s.near, s.out_ms is not None, s.minutes is not None] for s in view.stays],
    }


def seen_attention(item):
    names = "title act code reason reason_en next next_text kept review".split()
    return {"case": item.case_id} | {name: getattr(item, name) for name in names}


def seen_report(report):
    names = "reached complete pushed pulled uploaded uploaded_bytes".split()
    return {name: getattr(report, name) for name in names}


def seen_error(error):
    """The fields that a program decides by. `reason` only where there is nothing else to tell two apart."""
    variant = type(error).__name__
    names = {
        "InvalidInput": ["field"],
        "Refused": ["code", "next"],
        "PhotoRefused": ["code"],
        "NotFound": ["what"],
        "ServerRefused": ["reason"],
    }.get(variant, [])
    return {"variant": variant} | {name: getattr(error, name) for name in names}


async def look(stage, phone, only=None):
    if only is not None:
        return seen_case(await phone.show(only))
    lines = {line.id: line for line in await phone.list(1_000, 0)}
    # By name: the order of a list is that of times, which differ from run to run.
    known = [(name, id) for name, id in sorted(stage.cases.items()) if id in lines]
    return {
        "list": [seen_line(lines[id]) for _, id in known],
        "unknown": len(lines) - len(known),
        "cases": {n: seen_case(await phone.show(id)) for n, id in known if lines[id].stage != "draft"},
        "attention": [seen_attention(item) for item in await phone.attention()],
        "outbox": [{"case": o.case_id, "act": o.act, "state": o.state} for o in await phone.outbox()],
    }


# The steps.


def text_of(step):
    text = step.get("text", "")
    return text if isinstance(text, str) else text["letter"] * text["times"]


def answers_of(step):
    return [core.Answer(key=key, value=value) for key, value in sorted(step.get("set", {}).items())]


async def capture(stage, phone, step):
    at = step.get("at")
    position = at and core.Position(lng=at[0], lat=at[1], accuracy_m=at[2] if len(at) == 3 else None)
    entered = core.DraftInput(
        service=step["service"], position=position, text=text_of(step), answers=answers_of(step), no_photo=step.get("no_photo")
    )
    id = await phone.save_draft(None, entered)
    for path in stage.files(step.get("photos", [])):
        try:
            await phone.add_photo(id, path)
        except core.CoreError:
            await phone.discard_draft(id)
            raise
    if not step.get("draft", False):
        await phone.finish(id)
    stage.cases[step["as"]] = id
    return seen_line(await phone.line(id))


async def deal_with(phone, case, step):
    """Numbers of entries depend on what came before: the case names its only one; 0 is nobody's."""
    items = [entry.item for entry in await phone.attention() if entry.case_id == case]
    item, text = items[0] if items else 0, step.get("text")
    if step["step"] == "amend":
        return await phone.amend_item(item, text, answers_of(step))
    if step["step"] == "note":
        return await phone.keep_item_as_note(item)
    if step["step"] == "appeal":
        return await phone.appeal_item(item, text or "")
    return await phone.discard_item(item)


async def search(stage, phone, step):
    asked = {name: step[name] for name in "text stage service sync mine".split() if name in step}
    found = {line.id for line in await phone.search(core.ListAsk(**asked))}
    names = [id for _, id in sorted(stage.cases.items()) if id in found]
    return names + sorted(found - set(names))


async def resolve(phone, case, step):
    conflicts = (await phone.show(case)).conflicts
    values = [v for c in conflicts if c.key == step["key"] for v in c.values if v.value == step["keep"]]
    await phone.resolve(case, step["key"], values[0].n if values else 0)


async def shown(phone):
    """What a screen would show of each case, and of the 需处理 list."""
    lines = await phone.list(1_000, 0)
    cases = {line.id: [seen_line(line)] for line in lines}
    for line in lines:
        if line.stage != "draft":
            cases[line.id].append(seen_case(await phone.show(line.id)))
    return cases, [seen_attention(item) for item in await phone.attention()]


async def sync(phone):
    """Syncs, and holds the events of the run to what it changed: a screen that reads what it is told to is never stale."""
    (cases, attention), events = await shown(phone), phone.events()
    try:
        report = await phone.sync()
        told = []
        while not told or not told[-1].is_SYNC_FINISHED():
            event = await events.next()
            told.append(event.kind)
            events.acknowledge(event.number)
    finally:
        events.stop()
    if told[-1].report != report:
        raise Broken(f"told {told[-1].report}, answered {report}")
    cases_after, attention_after = await shown(phone)
    named_cases = {kind.case_id for kind in told if kind.is_CASE_CHANGED()}
    changed = {id for id in cases.keys() | cases_after.keys() if cases.get(id) != cases_after.get(id)}
    if not changed <= named_cases:
        raise Broken(f"changed and not told: {changed - named_cases}")
    if (attention != attention_after) != any(kind.is_ATTENTION_CHANGED() for kind in told):
        raise Broken("the 需处理 list changed and was not told, or the other way round")
    return seen_report(report)


async def carry_out(stage, step):
    what = step["do"]
    if what == "server_down":
        return stage.server_down()
    if what == "server_up":
        return stage.server_up()
    if what == "admin":
        return await stage.admin(step["args"])
    if what == "days_pass":
        return stage.days_pass(step["days"])
    name = step["on"]
    phone = stage.phones[name].core
    case = stage.cases[step["case"]] if "case" in step else None
    if what == "capture":
        return await capture(stage, phone, step)
    if what == "finish":
        return seen_line(await phone.finish(case))
    if what == "open_form":
        stage.forms[name, case] = (await phone.show(case)).heads
        return None
    if what == "edit":
        seen = stage.forms[name, case] if step.get("as_opened") else None
        return await phone.edit(case, answers_of(step), seen)
    if what == "note":
        return await phone.note(case, text_of(step), stage.files(step.get("photos", [])))
    if what == "act":
        photos = stage.files(step.get("photos", []))
        said = answers_of({"set": {key: await stage.given(value) for key, value in step.get("set", {}).items()}})
        act = core.ActInput(name=step["act"], text=step.get("text"), arguments=said, photos=photos)
        return (await phone.act(case, act)).name.lower()
    if what == "attention":
        return await deal_with(phone, case, step)
    if what == "search":
        return await search(stage, phone, step)
    if what == "resolve":
        return await resolve(phone, case, step)
    if what == "sync":
        return await sync(phone)
    if what == "reopen":
        await stage.phones[name].shut()
        return await stage.phones[name].open()
    if what == "enroll":
        code = step["code"]
        code = stage.phones[code.removeprefix("of:")].code if code.startswith("of:") else code
        await phone.enroll(stage.address, code, name)
        return None
    if what == "look":
        return await look(stage, phone, case)
    raise Broken(f"nobody knows how to {what}")


def differs(expected, actual, at=""):
    """Where `actual` is not as `expected`: every key given as given, a list as long as given, an empty object empty."""
    if isinstance(expected, dict) and expected and isinstance(actual, dict):
        found = (differs(value, actual.get(key), f"{at}.{key}") for key, value in expected.items())
        return next(filter(None, found), None)
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        found = (differs(e, a, f"{at}[{n}]") for n, (e, a) in enumerate(zip(expected, actual)))
        return next(filter(None, found), None)
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return None if same else f"{at}: expected {expected}, found {actual}"


def named(stage, value):
    """Ids become the names that the steps gave them."""
    if isinstance(value, str):
        for name, id in sorted(stage.cases.items()):
            value = value.replace(id, name)
        return value
    if isinstance(value, (list, tuple)):
        return [named(stage, part) for part in value]
    if isinstance(value, dict):
        return {key: named(stage, part) for key, part in value.items()}
    return value


async def held_to(stage, step):
    try:
        seen = await carry_out(stage, step)
    except core.CoreError as error:
        seen = seen_error(error)
        if "fails" not in step:
            raise Broken(f"{seen}") from error
        difference = differs(step["fails"], seen)
    else:
        if "fails" in step:
            raise Broken(f"expected {step['fails']}, but it was done: {seen}")
        seen = named(stage, seen)
        difference = differs(step["answers"], seen) if "answers" in step else None
    if difference:
        raise Broken(difference)
    return named(stage, seen)


async def play(scenario, bin_dir, test_data):
    """Plays a scenario to its end and gives its digest."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(folder, bin_dir, test_data)
        try:
            await stage.set(scenario["devices"])
            observed = []
            for number, step in enumerate(scenario["steps"], start=1):
                try:
                    observed.append(await held_to(stage, step))
                except Broken as why:
                    raise Broken(f"step {number}: {why}") from why
            for device in scenario["devices"]:
                # Whatever no step has looked at is compared too.
                try:
                    observed.append(named(stage, await look(stage, stage.phones[device["name"]].core)))
                except core.CoreError as error:
                    observed.append(seen_error(error))
        finally:
            await stage.strike()
    text = json.dumps(observed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def count(scenario):
    """Cases that were made, acts that were taken, what was tried and refused by a phone or by the server."""
    lives = acts = refusals = 0
    for step in scenario["steps"]:
        taken, answers = "fails" not in step, step.get("answers")
        opens = step["do"] == "capture" and not step.get("draft", False)
        there = len(answers.get("attention", [])) if isinstance(answers, dict) else 0
        refusals += (not taken) + there
        lives += opens and taken
        acts += ((opens or step["do"] == "act") and taken) - there
    return lives, acts, refusals


class Rust:
    """The same files through the Rust API, played beside: in the same order, a line each."""

    def __init__(self, bin_dir, only):
        call = [bin_dir / f"yuandian-scenarios{EXE}", "--json"] + (["--only", only] if only else [])
        self.run, self.told = subprocess.Popen(call, stdout=subprocess.PIPE, text=True, encoding="utf-8"), {}

    def differs(self, name, digest):
        """What is otherwise in Rust, which may have failed where this language did not."""
        while name not in self.told and (line := self.run.stdout.readline()):
            told = json.loads(line)
            self.told[told["scenario"]] = told
        told = self.told.get(name, {"ok": False, "why": "it ended before"})
        if not told["ok"]:
            return f"in Rust: {told['why']}"
        return "" if told["digest"] == digest else f"Rust saw something else: {told['digest']}"

    def end(self):
        self.run.kill()
        self.run.wait()
        self.run.stdout.close()


def is_about(scenario, word):
    """Whether its name contains a word, or it opens a case of a service of that kind."""
    services = (step.get("service", "") for step in scenario["steps"])
    return word in scenario["name"] or any(service.startswith(word + ".") for service in services)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--list", type=pathlib.Path, required=True, help="the folder tests/scenarios")
    arguments.add_argument("--bin-dir", type=pathlib.Path, required=True, help="the folder of the built programs")
    arguments.add_argument("--json", action="store_true", help="a line of JSON per scenario on stdout")
    arguments.add_argument("--only", default="", help="a part of the name, or the kind of a service that it opens")
    given = arguments.parse_args()
    files = sorted((given.list / "list").glob("*.json")) + sorted((given.list / "lives").glob("*.json"))
    if not files:
        sys.exit(f"{given.list}: no scenarios")
    rust = Rust(given.bin_dir, given.only)
    failed, lived = 0, (0, 0, 0)
    for file in files:
        scenario = json.loads(file.read_text(encoding="utf-8"))
        name, digest, why = scenario["name"], "", ""
        if not is_about(scenario, given.only):
            continue
        try:
            digest = asyncio.run(play(scenario, given.bin_dir, given.list.parent / "data"))
            why = rust.differs(name, digest)
        except (Broken, core.CoreError) as broken:
            why = f"{broken}" or type(broken).__name__
        failed += bool(why)
        if not why and file.parent.name == "lives":
            lived = tuple(map(sum, zip(lived, count(scenario))))
        if given.json:
            line = {"digest": digest, "ok": not why, "scenario": name, "why": why}
            print(json.dumps(line, ensure_ascii=False, separators=(",", ":")), flush=True)
        else:
            print(f"FAILED  {name}: {why}" if why else f"ok      {digest[:16]}  {name}", flush=True)
    rust.end()
    if not given.json:
        print("{} lives, {} acts, {} refusals".format(*lived), flush=True)
    if failed:
        sys.exit(f"{failed} scenarios failed")


if __name__ == "__main__":
    main()
