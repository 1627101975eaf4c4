//! Malice with a good signature: the malicious phone's own key under things that are not its own to say.

use yuandian_document::envelope::{Algorithm, ENVELOPE_VERSION, Kind};
use yuandian_document::{Act, Captured, Content, DeviceKey, Edit, Envelope, NoteEntry, actor};
use yuandian_model::{CaseId, DeviceId, EntryId, GroupId, Incarnation, PartitionId};
use yuandian_server::store::Store as _;
use yuandian_sync::message::{Pull, Push, PushItem, WIRE_VERSION};
use yuandian_sync::{Cursor, StreamId, wire};

use crate::http::HttpRequest;
use crate::input::Part;
use crate::machine::Drawn;
use crate::situation::Situation;
use crate::world::World;

/// Commits of a flood, each of which builds on something that nobody has.
const FLOOD: u64 = 12;

/// What is forged, apart from who signs.
struct Forged {
    kind: Kind,
    document: CaseId,
    body: Vec<u8>,
    group: GroupId,
    incarnation: Incarnation,
    device: DeviceId,
}

impl World {
    /// Something signed by the malicious phone that it may not say, drawn. None where there is nothing to say it about.
    pub fn forge(&mut self, index: usize) -> Option<HttpRequest> {
        let choice = self.input.below(Part::Malice, 6);
        let drawn = usize::from(self.input.word(Part::Malice));
        let token = self.devices[index].token.clone();
        if choice == 0 {
            return self.future_cursor(index, token);
        }
        let cases: Vec<CaseId> = self.reference.cases().keys().copied().collect();
        let case = *cases.get(drawn % cases.len().max(1))?;
        let own = self.devices[index].id?;
        let now = self.server_ms();
        let items = match choice {
            // A change by another phone's name.
            1 => {
                let other = self.devices[drawn % self.devices.len()].id?;
                let incarnation = self.fresh_life();
                let body = self.change(case, (&other, &case, &incarnation), false)?;
                vec![forged((index, now), Forged { body, ..self.plain(own, case, incarnation) })]
            }
            // A change of one case in the name of another.
            2 => {
                let other = *cases.get((drawn / 7) % cases.len())?;
                let incarnation = self.fresh_life();
                let body = self.change(case, (&own, &case, &incarnation), false)?;
                vec![forged((index, now), Forged { body, ..self.plain(own, other, incarnation) })]
            }
            // A command of another phone's name: what that phone says under it must still be taken.
            3 => {
                let group = self.overheard_group(drawn)?;
                let incarnation = self.fresh_life();
                let body = self.change(case, (&own, &case, &incarnation), false)?;
                self.situations.reached(Situation::ForgedGroup);
                vec![forged((index, now), Forged { body, group, ..self.plain(own, case, incarnation) })]
            }
            // An act that may be none of its business.
            4 => {
                let name = self.reference.not_theirs(self.devices[index].person.user?, &case, drawn / 11)?;
                let incarnation = self.fresh_life();
                let body = Act::named(&name, None).to_bytes();
                let plain = self.plain(own, case, incarnation);
                vec![forged((index, now), Forged { kind: Kind::Act, body, ..plain })]
            }
            // Many that build on what nobody has.
            _ => (0..FLOOD)
                .filter_map(|_| {
                    let incarnation = self.fresh_life();
                    let body = self.change(case, (&own, &case, &incarnation), true)?;
                    Some(forged((index, now), Forged { body, ..self.plain(own, case, incarnation) }))
                })
                .collect(),
        };
        let push = Push { version: WIRE_VERSION, items, private: vec![], links: vec![] };
        Some(HttpRequest::message("/v1/push", token, wire::pack(&push)))
    }

    /// Asks for what comes after a number that was never given.
    fn future_cursor(&mut self, index: usize, token: Option<String>) -> Option<HttpRequest> {
        let user = self.devices[index].person.user?;
        let head = self.server.store().filter(|_| self.server.is_up())?.head().ok()?;
        let cursor = Cursor {
            stream: StreamId::user(&user),
            epoch: Some(head.epoch),
            cursor: head.head + 1_000,
            partition: PartitionId::ONLY,
            lines_only: false,
        };
        let pull = Pull { version: WIRE_VERSION, streams: vec![cursor], max_bytes: 100_000, check: true };
        Some(HttpRequest::message("/v1/pull", token, wire::pack(&pull)))
    }

    fn fresh_life(&mut self) -> Incarnation {
        Incarnation(self.forged_bytes())
    }

    fn forged_bytes(&mut self) -> [u8; 16] {
        self.counter += 1;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Drawn::new("forged", self.counter, 0).draw()[..16]);
        bytes
    }

    fn plain(&mut self, device: DeviceId, document: CaseId, incarnation: Incarnation) -> Forged {
        let group = GroupId(self.forged_bytes());
        Forged { kind: Kind::Content, document, body: Vec::new(), group, incarnation, device }
    }

    /// A note in a case as the server has it, by an actor that is given; `orphan` leaves out what it builds on.
    fn change(
        &mut self,
        case: CaseId,
        by: (&DeviceId, &CaseId, &Incarnation),
        orphan: bool,
    ) -> Option<Vec<u8>> {
        let mut content = Content::default();
        let store = self.server.store().filter(|_| self.server.is_up())?;
        let (changes, _) = store.changes(&case).ok()?;
        content.replay(changes.iter().map(Vec::as_slice)).ok()?;
        let name = actor(by.0, by.1, by.2, 0);
        let mut written = None;
        for _ in 0..=usize::from(orphan) {
            let words = self.words("Forged");
            let bytes = self.forged_bytes();
            let now = self.server_ms();
            let mut random = [0; 10];
            random.copy_from_slice(&bytes[..10]);
            let note = Edit::Note(EntryId::v7(now, random), NoteEntry::of(words, now));
            let heads = content.heads();
            written = content.write(&heads, &name, &[note], now).ok().flatten();
        }
        written.map(|(_, bytes)| bytes)
    }

    /// Somebody else's PUSH, drawn.
    pub(crate) fn overheard_push(&self, drawn: usize) -> Option<&HttpRequest> {
        let pushes: Vec<_> = self.overheard.iter().filter(|request| request.path == "/v1/push").collect();
        pushes.get(drawn % pushes.len().max(1)).copied()
    }

    fn overheard_group(&self, drawn: usize) -> Option<GroupId> {
        let push = wire::unpack::<Push>("push", &self.overheard_push(drawn)?.body).ok()?;
        push.items.first()?.commit.open().ok().map(|envelope| envelope.group)
    }
}

/// Signs it with the malicious phone's key.
fn forged((index, now_ms): (usize, i64), forged: Forged) -> PushItem {
    let key = DeviceKey::from_seed(&first_secret(index));
    let envelope = Envelope {
        version: ENVELOPE_VERSION,
        kind: forged.kind,
        partition: PartitionId::ONLY,
        document: forged.document,
        device: forged.device,
        incarnation: forged.incarnation,
        branch: 0,
        generation: 0,
        group: forged.group,
        n: 1,
        prev: None,
        captured: Captured { wall_ms: now_ms, seen_ms: None, since_ms: None, epoch: None, seq: None },
        schema: 1,
        body: forged.body,
        micro: vec![],
        supersedes: None,
        alg: Algorithm::Ed25519,
        signer: key.id(),
    };
    PushItem { commit: envelope.sign(&key), micros: vec![], adopt: None }
}

/// What a phone's store draws first in its life: the seed of its signing key.
fn first_secret(index: usize) -> [u8; 32] {
    Drawn::new("device", index as u64, 1).draw()
}
