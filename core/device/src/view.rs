//! What a person sees: list lines, a case with its conflicts, the 需处理 list, the outbox. Reading only.

mod records;

use std::collections::BTreeMap;

use yuandian_document::{Act, ContentView, Edit, Kind, RenditionRef, title_of};
use yuandian_model::calendar::Moment;
use yuandian_model::catalogue::{ArgumentKind, Service, Title, Transition};
use yuandian_model::progress::Part;
use yuandian_model::rules::clock::{standing, unknown_year};
use yuandian_model::rules::{Offer, allowed, offers, photos_needed};
use yuandian_model::{Actor, CaseId, CaseState, Catalogue, Stay, UserId};
use yuandian_sync::CaseFacts;

use crate::content::{self, Loaded, captured_ms};
use crate::draft::Draft;
use crate::error::{DeviceError, Result};
use crate::glance::{Glance, glance, project};
use crate::phone::{PersonRecord, Phone};
use crate::previews::NO_DECODER;
use crate::store::blobs::OwnOriginal;
use crate::store::cases;
use crate::store::outbox::{Intent, Item, ItemState};
use crate::store::rows::{self, CaseRow, LineFacts};
use crate::store::{blobs, cache, outbox, people, private};

pub use records::*;

impl Phone {
    /// One line of the list: of a draft or a case.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn line_of(&self, id: &CaseId) -> Result<ListLine> {
        match rows::row(&self.db, id)? {
            Some(row) => self.line(row, self.server_ms()),
            None => {
                let drafts = self.drafts()?;
                let found = drafts.iter().find(|(draft, _, _)| draft == id);
                let (_, draft, at) = found.ok_or_else(|| DeviceError::not_found("case", id))?;
                self.line(self.draft_row(*id, draft, *at), self.server_ms())
            }
        }
    }

    pub(crate) fn draft_row(&self, id: CaseId, draft: &Draft, at: i64) -> CaseRow {
        CaseRow {
            id,
            title: title_of(&draft.text),
            service: draft.service.clone(),
            stage: "draft".into(),
            sync: "draft".into(),
            claim: "none".into(),
            photos: u32::try_from(draft.photos.len()).unwrap_or(u32::MAX),
            updated_ms: at,
            facts: LineFacts { own: true, opened_ms: at, open: false, due: None, place: None },
        }
    }

    /// What a case is called: its first words, or else its service.
    pub(crate) fn titled(&self, title: String, service: &str) -> String {
        if title.is_empty() { self.worded(service_text(self, service)) } else { title }
    }

    /// A line in words, as it stands now by the server's clock.
    pub(crate) fn line(&self, row: CaseRow, now_ms: i64) -> Result<ListLine> {
        let photos_sent = match row.sync.as_str() {
            "delivered" => row.photos,
            "uploading" => row.photos.saturating_sub(blobs::unsent_originals(&self.db, &row.id)?),
            _ => 0,
        };
        Ok(ListLine {
            id: row.id.to_string(),
            service_text: self.worded(service_text(self, &row.service)),
            title: self.titled(row.title, &row.service),
            service: row.service,
            stage_text: self.worded(self.words.stage(&row.stage)),
            stage: row.stage,
            sync_text: self.worded(self.words.sync(&row.sync)),
            sync: row.sync,
            claim: row.claim,
            photos: row.photos,
            photos_sent,
            updated_ms: row.updated_ms,
            own: row.facts.own,
            opened_ms: row.facts.opened_ms,
            open: row.facts.open,
            due: row.facts.due.map(|due| self.due_view(&due, now_ms)).transpose()?.flatten(),
            place: row.facts.place,
        })
    }

    /// How much of this person's work stands where. Loads no case.
    ///
    /// # Errors
    /// The store's.
    pub fn work_counts(&self) -> Result<WorkCounts> {
        let by = rows::counts(&self.db)?;
        let of = |sync: &str| by.get(sync).copied().unwrap_or_default();
        Ok(WorkCounts {
            drafts: u32::try_from(self.drafts()?.len()).unwrap_or(u32::MAX),
            saved: of("saved"),
            uploading: of("uploading"),
            attention: of("attention"),
            conflict: of("conflict"),
            attention_items: u32::try_from(self.attention()?.len()).unwrap_or(u32::MAX),
        })
    }

    /// How many bytes of a file the server has, and whether it has verified it whole.
    pub(crate) fn delivery(&self, case: &CaseId, file: &RenditionRef) -> Result<(u64, bool)> {
        let own = blobs::progress(&self.db, &file.hash)?;
        let stored = own.is_some_and(|own| own.stored) || blobs::is_stored(&self.db, case, &file.hash)?;
        Ok((if stored { file.size } else { own.map_or(0, |own| own.sent) }, stored))
    }

    /// A case with everything this phone knows of it.
    ///
    /// # Errors
    /// [`DeviceError::NotFound`].
    pub fn case(&self, id: &CaseId) -> Result<CaseView> {
        let person = self.person()?;
        if cases::is_unproven(&self.db, id)? && !content::prove(&self.db, id)?.1 {
            // Only its line stands.
            project(self, &self.db, id)?;
        }
        let stored = cases::case(&self.db, id)?.ok_or_else(|| DeviceError::not_found("case", id))?;
        let loaded = content::load(&self.db, id, stored.snapshot.as_deref(), &person)?;
        let Glance { content, state, next, claim, row } =
            glance(self, &self.db, id, &stored.facts, &loaded, &person)?;
        let by = |change: &[u8; 32]| {
            loaded
                .authors
                .get(change)
                .map_or((String::new(), 0, false), |a| (a.name.clone(), a.wall_ms, a.pending))
        };
        let mut fields = BTreeMap::new();
        let mut conflicts = Vec::new();
        let mut pending_fields = Vec::new();
        for (key, answer) in &content.answers {
            fields.insert(key.clone(), answer.value().to_owned());
            if answer.candidates.first().is_some_and(|shown| by(&shown.change.0).2) {
                pending_fields.push(key.clone());
            }
            if answer.in_conflict() {
                let values = (1..).zip(&answer.candidates).map(|(n, candidate)| {
                    let (name, at_ms, _) = by(&candidate.change.0);
                    let mine =
                        loaded.authors.get(&candidate.change.0).is_some_and(|by| by.user == person.user);
                    ConflictValue { n, value: candidate.value.clone(), by: name, mine, at_ms }
                });
                conflicts.push(Conflict { key: key.clone(), values: values.collect() });
            }
        }
        let private: Vec<(String, String)> = private::of_case(&self.db, id)?;
        let own = people::told(&self.db, id)?;
        let private_keys = private.iter().map(|(key, _)| key.clone()).collect();
        fields.extend(private);
        let notes = content.notes.iter().map(|note| {
            let (name, _, pending) = by(&note.change.0);
            let files = note.entry.files.iter().map(|file| self.attached_view(id, file));
            Ok(NoteView {
                id: note.id.to_string(),
                text: note.entry.text.clone(),
                by: name,
                at_ms: note.entry.at_ms,
                pending,
                files: files.collect::<Result<_>>()?,
            })
        });
        let notes = notes.collect::<Result<Vec<_>>>()?;
        let policies = self.upload_policies()?;
        let mut counted = Vec::new();
        let part = |file: &RenditionRef| PhotoPart {
            hash: file.hash.to_string(),
            size: file.size,
            local: self.ports.blobs.has(&file.hash),
        };
        let photos = content.photos.iter().map(|photo| {
            let hash = photo.entry.original.hash;
            let size = photo.entry.original.size;
            let (sent, stored) = self.delivery(id, &photo.entry.original)?;
            counted.push(self.count(&OwnOriginal { hash, size, sent, stored }, &policies)?);
            let trouble = cache::trouble_of(&self.db, &hash)?.filter(|_| !stored);
            let no_preview = photo.entry.thumb.is_none().then(|| self.words.photo(NO_DECODER, &[]));
            Ok(PhotoView {
                id: photo.id.to_string(),
                hash: hash.to_string(),
                mime: photo.entry.mime.clone(),
                size: photo.entry.original.size,
                width: photo.entry.width,
                height: photo.entry.height,
                micro: photo.entry.micro.as_ref().map(|m| m.hash.to_string()),
                by: by(&photo.change.0).0,
                at_ms: photo.entry.at_ms,
                local: self.ports.blobs.has(&hash),
                sent,
                stored,
                pending: by(&photo.change.0).2,
                thumb: photo.entry.thumb.as_ref().map(part),
                medium: photo.entry.medium.as_ref().map(part),
                preview_unavailable: no_preview.map(|title| self.worded(title)),
                trouble: trouble.map(|why| self.worded(self.words.photo(&why, &[]))),
            })
        });
        let photos = photos.collect::<Result<Vec<_>>>()?;
        let photos_sent = self.photos_told(&counted, self.waiting_bytes_of(id)?);
        let on_its_way = || loaded.overlay.iter().filter(|item| item.state != ItemState::Taken);
        let describes = |item: &Item| match &item.intent {
            Intent::Content(edits) => edits.iter().any(|edit| matches!(edit, Edit::Describe(_))),
            Intent::Act(_) => false,
        };
        if on_its_way().any(describes) {
            pending_fields.push("text".to_owned());
        }
        let catalogue = self.catalogue_of(&stored.facts)?;
        let catalogue = catalogue.as_ref();
        Ok(CaseView {
            id: id.to_string(),
            service: stored.facts.service.clone(),
            title: self.titled(row.title, &stored.facts.service),
            text: content.description.clone(),
            stage_text: self.worded(self.words.stage(&state.stage)),
            stage: state.stage,
            sync_text: self.worded(self.words.sync(&row.sync)),
            sync: row.sync,
            fields,
            private: private_keys,
            conflicts,
            notes,
            photos,
            photos_sent,
            claim,
            author: stored.facts.author.name.clone(),
            own: row.facts.own,
            opened_ms: row.facts.opened_ms,
            holders: stored.facts.holders.iter().map(|p| p.name.clone()).collect(),
            waiting: stored.facts.waiting,
            grid_name: self.divisions.title(&stored.facts.grid).unwrap_or_default(),
            grid: stored.facts.grid.to_string(),
            place: row.facts.place,
            history: self.history(&loaded, &person.name),
            next: catalogue.map(|by| self.next_acts(by, &next, &person.actor())).unwrap_or_default(),
            times: catalogue.map(|by| self.times(by, &next)).unwrap_or_default(),
            times_missing: catalogue.and_then(|by| self.times_missing(by, &next)),
            marks: next.progress.marks.iter().map(ToString::to_string).collect(),
            marks_text: next
                .progress
                .marks
                .iter()
                .map(|mark| self.worded(self.words.mark(mark.id())))
                .collect(),
            units: next.progress.units.clone(),
            parts: parts(&next),
            asked: catalogue.map(|by| self.asked_of(by, &next)).unwrap_or_default(),
            desk: next
                .progress
                .desk
                .as_ref()
                .map(|desk| (desk.to_string(), self.divisions.title(desk).unwrap_or_default())),
            condition: catalogue.and_then(|by| self.condition(by, &next)),
            can: catalogue.map(|by| can(by, &next, &person.actor(), self.server_ms())).unwrap_or_default(),
            catalogue: stored.facts.catalogue,
            notes_only: catalogue.is_none(),
            heads: loaded.content.heads().iter().map(ToString::to_string).collect(),
            act_seq: stored.facts.act_seq,
            pending: on_its_way().map(what).collect(),
            pending_fields,
            stays: self.stays(&stored.facts, &next, &person),
            looks: own.looks.into_iter().map(LookView::of).collect(),
            code_words: own.coming.zip(own.leaving),
            tally: catalogue.and_then(|by| tally(by, &next, &content)),
            followers: stored.facts.followers,
            followed: followed(&stored.facts, &loaded.overlay),
        })
    }

    /// Who came and left, by what is decided and what this person has done.
    fn stays(&self, facts: &CaseFacts, state: &CaseState, me: &PersonRecord) -> Vec<StayView> {
        let known = |user: &UserId| facts.holders.iter().find(|holder| holder.user == *user);
        let name = |user: &UserId| match known(user) {
            Some(holder) => holder.name.clone(),
            None if *user == me.user => me.name.clone(),
            None => String::new(),
        };
        let view = |stay: &Stay| StayView {
            by: name(&stay.user),
            in_ms: stay.in_ms,
            in_word: stay.in_word,
            near: stay.near,
            out_ms: stay.out_ms,
            out_word: stay.out_word,
            minutes: stay.minutes,
        };
        state.progress.stays.iter().map(view).collect()
    }

    fn next_acts(&self, catalogue: &Catalogue, state: &CaseState, actor: &Actor) -> Vec<NextView> {
        let Some((service, _)) = catalogue.service(&state.service.0) else { return Vec::new() };
        let offers = offers(catalogue, state, actor, self.server_ms());
        let view = |offer: Offer<'_>| NextView {
            act: offer.row.id.clone(),
            act_text: self.worded(self.words.act(&offer.row.id)),
            by: offer.by.iter().map(|party| self.worded(self.words.party(*party))).collect(),
            args: self.arguments(catalogue, service, offer.row),
            photos: photos_needed(service, offer.row),
            offline: service.offline_of(offer.row).id().to_owned(),
            at_most: offer.row.at_most,
            up_to: offer.row.up_to.map(|limit| self.worded(self.words.limit(limit))),
            why_not: offer
                .refusal
                .map(|refusal| self.worded(self.words.reason(refusal.code, &refusal.facts))),
        };
        offers.into_iter().map(view).collect()
    }

    fn asked_of(&self, catalogue: &Catalogue, state: &CaseState) -> Vec<AskedView> {
        let text = |name: &String| {
            let argument = catalogue.argument(name);
            argument.map_or_else(|| name.clone(), |argument| self.worded(argument.title.clone()))
        };
        let asked = state.progress.asked.iter().map(|(mark, said)| AskedView {
            mark: mark.to_string(),
            text: self.worded(self.words.mark(mark.id())),
            said: said.iter().map(|(name, value)| (text(name), value.clone())).collect(),
        });
        asked.collect()
    }

    fn arguments(&self, catalogue: &Catalogue, service: &Service, row: &Transition) -> Vec<ArgumentView> {
        let view = |(name, required): (&str, bool)| {
            let argument = catalogue.argument(name)?;
            let conditions =
                || service.conditions.iter().map(|c| (c.id.clone(), self.worded(c.title.clone()))).collect();
            let label = |id: &String| {
                argument.option_labels.get(id).map_or_else(|| id.clone(), |t| self.worded(t.clone()))
            };
            Some(ArgumentView {
                name: name.to_owned(),
                text: self.worded(argument.title.clone()),
                kind: argument.kind.id().to_owned(),
                required,
                options: match argument.kind {
                    ArgumentKind::Condition => conditions(),
                    _ => argument.options.iter().map(|id| (id.clone(), label(id))).collect(),
                },
                within: argument.within.map(|limit| self.worded(self.words.limit(limit))),
            })
        };
        row.arguments().filter_map(view).collect()
    }

    /// The condition that the case is under, the first where none is named, and when it is done.
    fn condition(&self, catalogue: &Catalogue, state: &CaseState) -> Option<(String, Option<String>)> {
        let (service, _) = catalogue.service(&state.service.0)?;
        let found = service.condition(state.progress.condition.as_deref())?;
        Some((self.worded(found.title.clone()), found.close.clone().map(|close| self.worded(close))))
    }

    /// How everything stands that the case is timed by.
    fn times(&self, catalogue: &Catalogue, state: &CaseState) -> Vec<TimeView> {
        let calendar = catalogue.calendar();
        let Ok(now) = Moment::from_ms(self.server_ms()) else { return Vec::new() };
        standing(catalogue, state, now).into_iter().map(|left| self.time_view(calendar, left)).collect()
    }

    /// Why not everything is shown that the case is timed by; none where it is.
    fn times_missing(&self, catalogue: &Catalogue, state: &CaseState) -> Option<String> {
        let year = unknown_year(catalogue, state, Moment::from_ms(self.server_ms()).ok()?)?;
        Some(self.worded(self.words.year_unknown(year)))
    }

    /// Commits on their way, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn outbox(&self) -> Result<Vec<OutboxLine>> {
        let line = |item: Item| OutboxLine {
            item: item.local_id,
            case: item.doc.to_string(),
            what: what(&item),
            state: match item.state {
                ItemState::Queued => "queued",
                ItemState::Sent => "sent",
                ItemState::Taken => "taken",
                ItemState::Held => "held",
            }
            .to_owned(),
            commit: item.commit.map(|c| c.to_string()),
            bytes: item.body.len(),
        };
        Ok(outbox::all(&self.db)?.into_iter().map(line).collect())
    }
}

/// Act id, or `content`.
fn what(item: &Item) -> String {
    match &item.intent {
        Intent::Act(act) => act.name.clone(),
        Intent::Content(_) => "content".to_owned(),
    }
}

fn parts(state: &CaseState) -> Vec<PartView> {
    let view = |(unit, part): (&String, &Part)| PartView {
        unit: unit.clone(),
        task: part.task.clone(),
        open: part.done_ms.is_none(),
    };
    state.progress.parts.iter().map(view).collect()
}

fn can(catalogue: &Catalogue, state: &CaseState, actor: &Actor, at_ms: i64) -> Vec<String> {
    allowed(catalogue, state, actor, at_ms).iter().map(|row| row.id.clone()).collect()
}

/// How far the work is that a case is about: what its workflow counts, and what its form says that is to come to.
fn tally(catalogue: &Catalogue, state: &CaseState, content: &ContentView) -> Option<TallyView> {
    let (service, workflow) = catalogue.service(&state.service.0)?;
    let answer = service.tally_of.as_ref().and_then(|key| content.answers.get(key));
    Some(TallyView {
        done: state.progress.count(workflow.tally.as_ref()?),
        of: answer.and_then(|answer| answer.value().parse().ok()),
    })
}

/// Whether one follows a case: the last of one's own wishes on its way, else what is decided.
fn followed(facts: &CaseFacts, overlay: &[Item]) -> bool {
    let wish = |item: &Item| match &item.intent {
        Intent::Act(act) if act.name == "follow" => Some(true),
        Intent::Act(act) if act.name == "unfollow" => Some(false),
        _ => None,
    };
    overlay.iter().rev().find_map(wish).unwrap_or(facts.followed)
}

pub(crate) fn service_text(phone: &Phone, id: &str) -> Title {
    phone.service_title(id).unwrap_or_else(|_| Title { zh: id.to_owned(), en: id.to_owned() })
}

impl Phone {
    /// What happened in a case, with what is still on its way, in its order.
    fn history(&self, loaded: &Loaded, me: &str) -> Vec<HistoryLine> {
        let name = |kind: Kind, body: &[u8]| match kind {
            Kind::Content => "content".to_owned(),
            Kind::Act => Act::from_bytes(body).map_or_else(|_| "act".to_owned(), |a| a.name),
        };
        let line = |act: String, by: &str, at_ms: i64, outcome: &str| HistoryLine {
            act_text: self.worded(self.words.act(&act)),
            act,
            by: by.to_owned(),
            at_ms,
            outcome: outcome.to_owned(),
        };
        let base = loaded.base.iter().map(|c| line(name(c.kind, &c.body), &c.name, c.wall_ms, c.code.id()));
        let pending = loaded
            .overlay
            .iter()
            .map(|i| line(name(i.intent.kind(), &i.body), me, captured_ms(&i.captured), "pending"));
        base.chain(pending).collect()
    }
}
