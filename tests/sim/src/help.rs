//! What people do where nearly everything is help: they ask for it in every way that the tables allow them, claim, set out, arrive, give up,
//! report back, confirm, rate and quarrel; order for their elders; and see to alarms.

use std::sync::OnceLock;

use yuandian_device::Draft;
use yuandian_lives::form;
use yuandian_lives::reading::{self, Field, Reading, Service};
use yuandian_model::catalogue::{Effect, Transition};
use yuandian_model::{CaseId, Role, UserId};

use crate::input::Part;
use crate::invariant::Step;
use crate::people::Wish;
use crate::photo;
use crate::reference::RefCase;
use crate::situation::{Situation, Situations};
use crate::world::World;

/// What a request for help is called, before its kind.
pub(crate) const HELP: &str = "help.";
/// Services of this mix, by how they begin.
const OPENED: [&str; 3] = [HELP, "order.elder.", "alert.elder"];
/// What is asked for most: for one, and for two together.
const USUAL: [&str; 2] = ["help.errand", "help.escort"];
/// The least length of an answer that a secret does not fill, characters.
const SECRET_CHARS: usize = 13;

/// Acts in a request that are situations, and in which stage where not in every one.
const NOTED: [(&str, Option<&str>, Situation); 6] = [
    ("no_show", None, Situation::NoShow),
    ("cancel", Some("en_route"), Situation::CancelledUnderWay),
    ("report_back", None, Situation::ReportedBack),
    ("confirm", None, Situation::HelpConfirmed),
    ("rate", None, Situation::HelpRated),
    ("dispute", None, Situation::Disputed),
];

/// Notes which situations of this mix an act is that somebody is about to do in a case; `full` says whether no more may hold it.
pub(crate) fn note(
    situations: &mut Situations,
    (known, full): (&RefCase, bool),
    row: &Transition,
    user: UserId,
) {
    let service = known.service.as_str();
    if service.starts_with(HELP) {
        for (name, stage, situation) in NOTED {
            let here = stage.is_none_or(|stage| known.stage == stage);
            situations.reached_if(row.id == name && here, situation);
        }
        let gives = row.effect == Effect::GiveUp && known.holders.contains(&user);
        situations.reached_if(gives && !known.waiting.is_empty(), Situation::HelpPromoted);
        situations.reached_if(row.effect == Effect::Take && !full, Situation::HelpClaimed);
    }
    let done = service.starts_with(OPENED[1]) && row.id == "check_out";
    situations.reached_if(done, Situation::OrderDone);
    situations.reached_if(service == OPENED[2] && row.id == "acknowledge", Situation::AlarmAcknowledged);
}

/// The tables, read once.
fn tables() -> &'static Reading {
    static TABLES: OnceLock<Reading> = OnceLock::new();
    TABLES.get_or_init(reading::read)
}

/// Services of this mix that people of a role may open.
fn opened_by(role: Role) -> Vec<&'static Service> {
    let of_mix = |service: &&Service| OPENED.iter().any(|begins| service.id.starts_with(begins));
    let theirs = |service: &&Service| service.create.iter().any(|name| name == role.id());
    tables().services.iter().filter(of_mix).filter(theirs).collect()
}

impl World {
    /// What a person does of this mix, by a drawn choice of 32. Whether anything was written.
    ///
    /// # Errors
    /// A promise that breaks.
    pub(crate) fn helps(&mut self, index: usize, choice: usize) -> Step<bool> {
        // Neighbours look often at what others have asked for.
        if choice.is_multiple_of(4) {
            self.start_run(index)?;
        }
        match choice {
            1..=4 => self.ask_for_help(index),
            5 => self.note(index),
            6 => self.edit(index, false),
            7..=14 => Ok(self.act(index, Wish::Claim)? || self.act(index, Wish::Onward)?),
            // Who has nothing to bring on calls nothing off for want of it.
            15..=22 => self.act(index, Wish::Onward),
            23 => self.act(index, Wish::Step),
            24..=25 => Ok(self.act(index, Wish::GiveUp)? || self.act(index, Wish::Claim)?),
            26 => self.act(index, Wish::Anything),
            27 => self.settle_conflict(index),
            28 => self.settle_entry(index),
            29 => self.capture(index),
            _ => {
                self.start_run(index)?;
                Ok(false)
            }
        }
    }

    /// A request, an order or an alarm, whatever this person may open, with every question of its form answered.
    fn ask_for_help(&mut self, index: usize) -> Step<bool> {
        let services = opened_by(self.devices[index].person.role);
        let drawn = self.input.below(Part::People, 256);
        let chosen: Vec<&Service> = match drawn % 4 {
            0 | 1 => {
                services.iter().copied().filter(|service| USUAL.contains(&service.id.as_str())).collect()
            }
            2 => services.iter().copied().filter(|service| !service.id.starts_with(HELP)).collect(),
            _ => services,
        };
        let Some(service) = chosen.get(drawn / 4 % chosen.len().max(1)) else { return Ok(false) };
        let mut secrets = Vec::new();
        let mut answers: Vec<(String, String)> = form::answers(service).into_iter().collect();
        for (key, value) in &mut answers {
            let field = service.fields.iter().find(|field| field.key == *key);
            let secret = |f: &Field| f.private && f.kind == "text" && f.min_length <= SECRET_CHARS;
            // What is asked only where something holds is not kept where it does not; an address people write over.
            if field.is_some_and(|field| secret(field) && !field.visible_when && key != "address") {
                *value = self.words("SECRET");
                secrets.push(value.clone());
            }
        }
        let text = self.text_of(index);
        let draft = Draft {
            service: service.id.clone(),
            position: Some(photo::place(self.input.byte(Part::People))),
            text,
            no_photo: Some("too dark".to_owned()),
            answers,
            ..Draft::default()
        };
        self.open_case(index, &draft, secrets)
    }

    /// The server did something in a case because its time had come.
    pub(crate) fn by_time(&mut self, case: &CaseId, act: &str) {
        let Some(known) = self.reference.cases().get(case) else { return };
        let helps = known.service.starts_with(HELP);
        self.situations.reached_if(helps && act == "confirm_due", Situation::ConfirmedByTime);
        self.situations.reached_if(helps && act == "escalate_due", Situation::EscalatedByTime);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_of_the_mix_may_open_what_the_tables_say() {
        let names = |role| opened_by(role).iter().map(|service| service.id.as_str()).collect::<Vec<_>>();
        for begins in OPENED {
            assert!(names(Role::Resident).iter().any(|name| name.starts_with(begins)), "{begins}");
        }
        assert!(USUAL.iter().all(|name| names(Role::Volunteer).contains(name)));
        assert_eq!(names(Role::ServiceProvider), ["alert.elder"]);
        assert_eq!(names(Role::Moderator), [""; 0]);
    }
}
