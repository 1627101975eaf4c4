//! What a person does with an entry of the list of what needs them: change and send again, keep as a note, appeal, export, discard.

use yuandian_device::view::AttentionItem;
use yuandian_device::{Amendment, CaseId};

use crate::input::Part;
use crate::invariant::{Invariant, Step, hold};
use crate::people::Doing;
use crate::reference::What;
use crate::situation::Situation;
use crate::world::World;

/// Steps that can be taken, as entries name them.
const STEPS: [&str; 5] = ["amend", "note", "appeal", "export", "discard"];
/// Entries of which one is drawn.
const LOOKED_AT: usize = 4;

impl What {
    /// Whether it is what an entry of 需处理 is about.
    pub(crate) fn is_in(&self, entry: &AttentionItem) -> bool {
        match self {
            Self::Case => entry.act == "report",
            Self::Act(name) => entry.act == *name,
            Self::Note(text) => entry.kept.iter().any(|kept| kept == text),
            Self::Photo(hash) | Self::File(hash) => {
                entry.kept.iter().any(|kept| kept.contains(&hash.to_string()))
            }
        }
    }
}

impl World {
    /// A person settles an entry, if there is one; whether something was written.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn settle_entry(&mut self, index: usize) -> Step<bool> {
        let wanted = self.input.below(Part::People, 2 * STEPS.len());
        let drawn = self.input.below(Part::People, LOOKED_AT);
        let other = self.input.below(Part::People, 2) == 1;
        let Some(phone) = self.devices[index].phone.as_mut() else { return Ok(false) };
        let entries = phone.attention().unwrap_or_default();
        if entries.is_empty() {
            return Ok(false);
        }
        // Half of the time what an entry offers is done, the rarest first.
        let rare = |step: &str| entries.iter().find(|entry| entry.next.iter().any(|next| next == step));
        let (step, entry) = match STEPS.get(wanted) {
            Some(step) => (*step, entries[drawn % entries.len()].clone()),
            None => {
                let order = if other { ["amend", "note", "appeal"] } else { ["appeal", "note", "amend"] };
                let found = order.iter().find_map(|step| rare(step).map(|entry| (*step, entry.clone())));
                found.unwrap_or_else(|| ("export", entries[drawn % entries.len()].clone()))
            }
        };
        let offered = step == "export" || entry.next.iter().any(|next| next == step);
        let words = if other && step == "amend" { Some(self.words("Said again")) } else { None };
        let Some(phone) = self.devices[index].phone.as_mut() else { return Ok(false) };
        let done = match step {
            "amend" => phone.amend(entry.item, &Amendment { text: words.as_deref(), set: &[] }).map(Some),
            "note" => phone.keep_as_note(entry.item).map(Some),
            "appeal" => phone.appeal(entry.item, "It was so.").map(Some),
            "discard" => phone.discard(entry.item).map(Some),
            _ => phone.export_item(entry.item).map(|zip| {
                let whole = zip.starts_with(b"PK") && memchr::memmem::find(&zip, b"entry.json").is_some();
                if whole { entry.case.parse::<CaseId>().ok() } else { None }
            }),
        };
        if let Ok(written) = &done {
            hold(offered, Invariant::RefusalsExplained, || {
                format!("phone {index} did {step} to {}, which was not offered", entry.item)
            })?;
            hold(written.is_some(), Invariant::RefusalsExplained, || {
                format!("the export of entry {} on phone {index} has no entry.json", entry.item)
            })?;
        }
        let facts = [19, u8::try_from(index).unwrap_or(255), u8::from(done.is_ok())];
        self.trace.add(self.now_ms, &facts, || {
            format!(
                "phone {index}: {step} of {} in {} ({}): {}",
                entry.act,
                entry.case,
                entry.code,
                done.is_ok()
            )
        });
        // The person has decided before it is known whether it was kept: a dead phone may have kept it.
        if step != "export" && (done.is_ok() || self.devices[index].disk.is_off()) {
            self.decided(index, &entry, step);
        }
        let mut saved = Vec::new();
        if let (Ok(Some(case)), Some(text)) = (&done, &words) {
            saved.push((*case, What::Note(text.clone())));
        }
        if entry.act != "content" || entry.kept.len() != 1 {
            // Other words go along with an act as a note; of several edits they replace what is said there.
            saved.clear();
        }
        if entry.kept.first().is_some_and(|kept| !kept.starts_with("A note")) {
            saved.clear();
        }
        let done = self.done(index, Doing::Other, done, &saved)?.is_some();
        self.situations.reached_if(
            done,
            match step {
                "amend" => Situation::Amended,
                "note" => Situation::KeptAsNote,
                "appeal" => Situation::Appealed,
                "export" => Situation::EntryExported,
                _ => Situation::EntryDiscarded,
            },
        );
        Ok(done && step != "export" && step != "discard")
    }

    /// What a person has decided about is no longer asked for: on none of the person's phones.
    fn decided(&mut self, index: usize, entry: &AttentionItem, step: &str) {
        let person = self.devices[index].person.number;
        for saved in self.reference.saved.iter_mut() {
            if saved.person == person && saved.case.to_string() == entry.case && saved.what.is_in(entry) {
                saved.given_up = true;
            }
        }
        if step == "note" {
            // Each phone of a person may keep it so.
            self.noted.extend(entry.kept.iter().cloned());
        }
        // A case that never reached the server goes with its entry.
        if step == "discard" && entry.act == "report" {
            for saved in self.reference.saved.iter_mut() {
                if saved.person == person && saved.case.to_string() == entry.case {
                    saved.given_up = true;
                }
            }
        }
    }
}
