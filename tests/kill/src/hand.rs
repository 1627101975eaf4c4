//! A person at a phone: one command after the other, some of them killed in the middle, and a look at the phone after each kill.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use yuandian_programs::phone::{Phone, array, member, number, text, yes};
use yuandian_programs::seed::Seed;
use yuandian_programs::{Played, Stop};

use crate::book::{Book, Told, What, twice_in};
use crate::findings::Wrong;
use crate::photos::{self, Photo};
use crate::run::{KEY, Run};
use crate::store;

/// How many of a hundred commands are killed, if they last so long.
const KILL_PERCENT: usize = 45;
/// How long any command may take: a sync waits for a server that is down.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long the outputs of a process that has ended may take to be read.
const OUTPUTS: Duration = Duration::from_secs(10);
/// How long a command takes before the first one has ended.
const FIRST_PACE: Duration = Duration::from_millis(60);
/// Photos of which one command is given at most.
const PHOTOS_MAX: usize = 2;

/// What a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Captures cases of the grid, edits and notes them.
    Worker,
    /// Asks for help and confirms it.
    Resident,
    /// Takes requests and reports back.
    Volunteer,
}

impl Part {
    /// The role in an invitation.
    pub fn role(self) -> &'static str {
        match self {
            Part::Worker => "grid_worker",
            Part::Resident => "resident",
            Part::Volunteer => "volunteer",
        }
    }

    fn service(self) -> &'static str {
        if self == Part::Worker { "case.city.E06010" } else { "help.errand" }
    }
}

/// A person at a phone.
pub struct Hand {
    /// The phone.
    pub phone: Phone,
    /// What she was told.
    pub book: Book,
    part: Part,
    seed: Seed,
    pace: BTreeMap<String, Duration>,
    words: usize,
    /// Cases that she opened herself.
    own: Vec<String>,
    /// Whether the last command was killed.
    killed: bool,
}

/// How a command ended.
enum Ended {
    /// It said that it is done.
    Done(Value),
    /// It said no, and changed nothing.
    Refused,
    /// It was killed before it said anything; these are the lines it had printed on standard error.
    Killed(Vec<Value>),
}

impl Hand {
    /// A person at an enrolled phone.
    pub fn new(phone: Phone, part: Part, seed: Seed) -> Self {
        let (book, pace) = (Book::default(), BTreeMap::new());
        Self { phone, book, part, seed, pace, words: 0, own: vec![], killed: false }
    }

    /// Lives until there is nothing more to kill.
    pub fn live(&mut self, run: &Run) {
        while run.goes_on() {
            if let Err(stop) = self.step(run) {
                run.findings.add(Wrong::Corrupt, stop.0);
            }
        }
    }

    fn step(&mut self, run: &Run) -> Played<()> {
        let case = self.one_command(run)?;
        if std::mem::take(&mut self.killed) { self.look(run, case.as_deref()) } else { Ok(()) }
    }

    /// One command; the case that it was about.
    fn one_command(&mut self, run: &Run) -> Played<Option<String>> {
        match (self.part, self.seed.below(100)) {
            (_, 0..28) => self.sync(run).map(|()| None),
            (_, 28..36) => self.finish(run),
            (Part::Worker, 36..66) | (Part::Resident, 36..70) => self.capture(run),
            (Part::Worker, 66..80) => self.edit(run),
            (Part::Worker, _) => self.note(run),
            (Part::Resident | Part::Volunteer, 84..) => self.note(run),
            (Part::Resident | Part::Volunteer, _) => self.act(run),
        }
    }

    fn capture(&mut self, run: &Run) -> Played<Option<String>> {
        let token = self.token();
        let photos = self.photos(run, &token)?;
        let words = format!("{token} 楼后有暴露垃圾");
        let mut arguments = vec!["capture", "--service", self.part.service(), "--at", "113.62417,34.75182,6"];
        if self.part == Part::Worker {
            arguments.extend(["--no-photo", "太暗"]);
        }
        arguments.extend(["--text", &words]);
        let files: Vec<String> = photos.iter().map(|photo| photo.file.display().to_string()).collect();
        for file in &files {
            arguments.extend(["--photo", file]);
        }
        let draft = self.seed.percent(25);
        if draft {
            arguments.push("--draft");
        }
        let ended = self.command(run, &arguments)?;
        let (case, saved) = match &ended {
            Ended::Done(line) => (member(line, "id"), photos.len()),
            Ended::Refused => return Err(Stop(format!("{}: a capture was refused", self.phone.name()))),
            Ended::Killed(said) => {
                let Some(line) = said.iter().rfind(|line| !text(line, "draft").is_empty()) else {
                    return Ok(None);
                };
                let saved = number(line, "photos").and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
                (member(line, "draft"), saved)
            }
        };
        self.book.tries(&case, "report");
        self.book.tries(&case, "content");
        self.own.push(case.clone());
        self.book.drafts.insert(case.clone());
        self.told(&case, What::Case(format!("{token} ")));
        for photo in photos.into_iter().take(saved) {
            self.told(&case, What::Photo(photo.hash));
        }
        if matches!(ended, Ended::Done(_)) && !draft {
            self.is_case(&case);
        }
        Ok(Some(case))
    }

    fn finish(&mut self, run: &Run) -> Played<Option<String>> {
        let drafts: Vec<String> = self.book.drafts.iter().cloned().collect();
        let Some(case) = self.seed.pick(&drafts).cloned() else { return Ok(None) };
        // What was a draft when it was killed may have been finished all the same.
        let line = self.phone.line(&case)?;
        if line.is_some_and(|line| text(&line, "sync") != "draft") {
            self.is_case(&case);
            return Ok(None);
        }
        match self.command(run, &["finish", &case])? {
            Ended::Done(_) => self.is_case(&case),
            Ended::Refused => {
                return Err(Stop(format!("{}: finishing {case} was refused", self.phone.name())));
            }
            Ended::Killed(_) => {}
        }
        Ok(Some(case))
    }

    /// What was a draft is a case now, for good.
    fn is_case(&mut self, case: &str) {
        self.book.drafts.remove(case);
        self.told(case, What::Act("report".into()));
    }

    fn edit(&mut self, run: &Run) -> Played<Option<String>> {
        let cases: Vec<String> =
            self.own.iter().filter(|case| !self.book.drafts.contains(*case)).cloned().collect();
        let Some(case) = self.seed.pick(&cases).cloned() else { return Ok(None) };
        let value = self.token();
        self.book.tries(&case, "content");
        match self.command(run, &["edit", &case, "--set", &format!("{KEY}={value}")])? {
            Ended::Done(_) => self.book.answered(&case, &value),
            Ended::Refused => {}
            Ended::Killed(_) => self.book.may_have_answered(&case, &value),
        }
        Ok(Some(case))
    }

    fn note(&mut self, run: &Run) -> Played<Option<String>> {
        let Some(case) = self.some_case("")? else { return Ok(None) };
        let words = self.token();
        let photos = if self.seed.percent(40) { self.photos(run, &words)? } else { vec![] };
        let mut arguments = vec!["note", case.as_str(), words.as_str()];
        let files: Vec<String> = photos.iter().map(|photo| photo.file.display().to_string()).collect();
        for file in &files {
            arguments.extend(["--photo", file]);
        }
        self.book.tries(&case, "content");
        if let Ended::Done(_) = self.command(run, &arguments)? {
            self.told(&case, What::Note(words));
            for photo in photos {
                self.told(&case, What::Photo(photo.hash));
            }
        }
        Ok(Some(case))
    }

    fn act(&mut self, run: &Run) -> Played<Option<String>> {
        let Some(case) = self.some_case("help.errand")? else { return Ok(None) };
        let shown = self.phone.show(&case)?;
        let mut can: Vec<String> =
            array(&shown, "can").iter().filter_map(|v| v.as_str().map(str::to_owned)).collect();
        if self.seed.percent(80) {
            can.retain(|act| act != "cancel" && act != "release");
        }
        let Some(name) = self.seed.pick(&can).cloned() else { return Ok(None) };
        self.book.tries(&case, &name);
        if let Ended::Done(said) = self.command(run, &["act", &case, &name])?
            && !yes(&said, "already")
        {
            self.told(&case, What::Act(name));
        }
        Ok(Some(case))
    }

    fn sync(&mut self, run: &Run) -> Played<()> {
        match self.command(run, &["sync"])? {
            Ended::Done(report) if number(&report, "waiting") == Some(0) => self.hand_over(run),
            Ended::Done(_) | Ended::Refused | Ended::Killed(_) => Ok(()),
        }
    }

    /// Everything told so far that was not refused is on the server now.
    fn hand_over(&mut self, run: &Run) -> Played<()> {
        let attention = array(&self.phone.ask(&["attention"])?, "");
        let told = self.book.all().filter(|told| !self.book.drafts.contains(&told.case));
        let delivered: Vec<Told> =
            told.filter(|told| !attention.iter().any(|item| told.is_kept_in(item))).cloned().collect();
        run.delivered().extend(delivered);
        Ok(())
    }

    fn told(&mut self, case: &str, what: What) {
        self.book.told(Told { case: case.to_owned(), what, by: self.phone.name().to_owned() });
    }

    /// Words that nobody else says in this run.
    fn token(&mut self) -> String {
        self.words += 1;
        format!("{}-{}", self.phone.name(), self.words)
    }

    fn photos(&mut self, run: &Run, words: &str) -> Played<Vec<Photo>> {
        let count = if self.seed.percent(50) { 1 + self.seed.below(PHOTOS_MAX) } else { 0 };
        (0..count).map(|n| photos::take(&run.place.photos, &format!("{words}-{n}"), &mut self.seed)).collect()
    }

    /// A case of the list, of a service if one is named.
    fn some_case(&mut self, service: &str) -> Played<Option<String>> {
        let mut lines = self.phone.cases()?;
        lines.retain(|line| {
            text(line, "sync") != "draft" && (service.is_empty() || text(line, "service") == service)
        });
        Ok(self.seed.pick(&lines).map(|line| member(line, "id")))
    }

    /// Runs a command, and kills it in the middle if the seed says so.
    fn command(&mut self, run: &Run, arguments: &[&str]) -> Played<Ended> {
        let verb = arguments.first().copied().unwrap_or_default();
        let pace = self.pace.get(verb).copied().unwrap_or(FIRST_PACE);
        let kill = self.seed.percent(KILL_PERCENT);
        // A little longer than the command takes: some kills come just as it says that it is done.
        let after = pace.mul_f64(1.1).mul_f64(self.seed.below(1000) as f64 / 1000.0);
        run.began_a_command();
        let began = Instant::now();
        let mut child = self.phone.start(arguments)?;
        let (stdout, stderr) = (child.stdout(), child.stderr());
        let mut killed = false;
        if kill {
            thread::sleep(after);
            killed = child.kill_now()?;
            if killed {
                self.killed = true;
                run.killed_a_phone();
            }
        }
        let Some(status) = child.wait(PATIENCE)? else {
            return Err(Stop(format!("{}: {verb} did not end", self.phone.name())));
        };
        let (said, told) = (stdout.all(OUTPUTS)?, stderr.all(OUTPUTS)?);
        // What it had said before the kill counts as said.
        let answer = serde_json::from_str::<Value>(said.trim()).ok();
        if killed {
            let lines = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
            return Ok(answer.map_or(Ended::Killed(lines), Ended::Done));
        }
        self.pace.insert(verb.to_owned(), (pace + began.elapsed()) / 2);
        match (status.code(), answer) {
            (Some(0), Some(answer)) => Ok(Ended::Done(answer)),
            (Some(3 | 4), _) => Ok(Ended::Refused),
            (code, _) => {
                let (name, line) = (self.phone.name(), arguments.join(" "));
                Err(Stop(format!("{name}: `{line}` ended with {code:?}: {}", told.trim())))
            }
        }
    }

    /// Opens the phone again after a kill: everything that was told is there, the store is whole.
    fn look(&mut self, run: &Run, case: Option<&str>) -> Played<()> {
        let lines = self.phone.cases()?;
        for told in self.book.all() {
            if let What::Case(token) = &told.what
                && !lines
                    .iter()
                    .any(|line| text(line, "id") == told.case && text(line, "title").starts_with(token))
            {
                run.findings.add(Wrong::Lost, format!("{}: {told:?}", self.phone.name()));
            }
        }
        if let Some(case) = case {
            self.look_at(run, case, &lines)?;
        }
        store::whole(&self.phone.home().join("phone.db"), run)
    }

    /// Whether this person may only follow a case of this service: then its line is all that the phone has, no document.
    pub fn only_follows(&self, case: &str, service: &str) -> bool {
        self.part != Part::Worker && service.starts_with("case.") && !self.own.iter().any(|own| own == case)
    }

    /// One case or draft as this phone has it.
    pub fn look_at(&mut self, run: &Run, case: &str, lines: &[Value]) -> Played<()> {
        let line = lines.iter().find(|line| text(line, "id") == case).cloned().unwrap_or_default();
        let mut wrong = vec![];
        if text(&line, "sync") == "draft" {
            let photos: Vec<&Told> =
                self.book.of(case).filter(|told| matches!(told.what, What::Photo(_))).collect();
            if number(&line, "photos").unwrap_or(0) < photos.len() as u64 {
                wrong.push((Wrong::Lost, format!("a photo of the draft {case}")));
            }
        } else {
            let (shown, attention) = (self.phone.show(case)?, array(&self.phone.ask(&["attention"])?, ""));
            wrong.extend(self.book.judge(case, KEY, &shown, &attention));
            wrong.extend(self.book.judge_tries(case, self.phone.name(), &shown));
            wrong.extend(twice_in(case, &shown));
        }
        for told in self.book.of(case) {
            if let What::Photo(hash) = &told.what
                && !store::holds(&self.phone.home().join("blobs"), hash)?
            {
                wrong.push((Wrong::Lost, format!("the original of {told:?}")));
            }
        }
        for (kind, words) in wrong {
            run.findings.add(kind, format!("{}: {words}", self.phone.name()));
        }
        Ok(())
    }
}
