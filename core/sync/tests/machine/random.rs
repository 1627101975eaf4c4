//! Runs nobody thought of: every one is the same each time (a seeded generator), and none may panic, stall, double or go on for ever.

use yuandian_sync::message::{AppealReply, PullReply};
use yuandian_sync::{
    Effect, Failure, Input, Loaded, Machine, Opening, Reply, Request, Transfer, UploadReply,
};

use crate::world::{
    Answer, World, appeal, batch, blob, busy, catalogue, catalogue_reply, docs, docs_reply, hello,
    hello_reply, manifest, manifest_reply, nonce, page, pull, push_reply, unreachable,
};

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn small(&mut self) -> usize {
        usize::try_from(self.below(4)).expect("below four")
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).expect("a byte")
    }

    fn size(&mut self) -> u64 {
        let up_to = [1, 2, 1_000, 262_145, 1_000_000][self.small()];
        self.below(up_to)
    }

    fn transfers(&mut self) -> Vec<Transfer> {
        let count = u8::try_from(self.small()).expect("a byte");
        (1..=count).map(|number| blob(number, self.size())).collect()
    }

    fn failure(&mut self) -> Failure {
        match self.below(8) {
            0 => Failure::Unauthorized,
            1 => Failure::Refused("no".into()),
            2 | 3 => busy(None),
            4 => busy(Some(i64::from(self.byte()) * 100)),
            _ => unreachable(),
        }
    }

    fn upload_reply(&mut self) -> UploadReply {
        let status = [200, 201, 204, 400, 404, 409, 410, 413, 423, 460][usize::from(self.byte()) % 10];
        let offset = (!self.one_in(3)).then(|| self.size());
        let location = self.one_in(2).then(|| "/v1/uploads/9".to_owned());
        UploadReply { status, offset, location }
    }

    fn input(&mut self) -> Input {
        // Failures end runs: more of them, and no run comes far.
        match self.below(21) {
            0 => Input::Start,
            1 => Input::Timeout,
            2 => Input::Kept,
            3 if self.one_in(4) => Input::Failed(self.failure()),
            4 => Input::Loaded(Loaded::Hello(hello(&[self.byte(); 32]))),
            5 => Input::Loaded(Loaded::Batch(batch(self.small()))),
            6 => Input::Loaded(Loaded::Pull(pull(self.below(3)))),
            7 => Input::Loaded(Loaded::Transfers(self.transfers())),
            8 => Input::Replied(Reply::Nonce(nonce())),
            9 => Input::Replied(Reply::Hello(hello_reply())),
            10 => Input::Replied(match self.below(2) {
                0 => Reply::Push(push_reply(self.small())),
                _ => Reply::Pull(PullReply {
                    greet: self.one_in(4),
                    ..page(self.byte() % 3, self.below(3), self.one_in(2))
                }),
            }),
            11 => Input::Loaded(Loaded::Start(self.opening())),
            12 => Input::Loaded(Loaded::Manifest(self.one_in(2).then(manifest))),
            13 => Input::Loaded(Loaded::Docs(self.one_in(2).then(|| docs(&[1, 2, 3])))),
            14 => Input::Loaded(Loaded::Appeal(self.one_in(2).then(appeal))),
            15 => Input::Replied(Reply::Manifest(manifest_reply(&manifest()))),
            16 => Input::Replied(Reply::Docs(docs_reply(self.byte() % 3))),
            17 => Input::Replied(Reply::Appeal(AppealReply { version: 0, ticket: 1 })),
            18 => Input::Loaded(Loaded::Catalogue(self.one_in(2).then(|| catalogue(2)))),
            19 => Input::Replied(Reply::Catalogue(catalogue_reply())),
            _ => Input::Replied(Reply::Upload(self.upload_reply())),
        }
    }

    fn opening(&mut self) -> Opening {
        Opening { token: self.one_in(2), nonce: self.one_in(2).then_some([3; 32]) }
    }

    fn world(&mut self) -> World {
        let mut world = World { transfers: self.transfers(), opening: self.opening(), ..World::default() };
        world.manifests.extend((0..self.small()).map(|_| manifest()));
        world.catalogues.extend((0..self.small()).map(|number| 1_000 + u32::try_from(number).unwrap_or(0)));
        world.wanted = (1..=self.byte() % 8).collect();
        world.docs_at_once = self.small();
        world.appeals.extend((0..self.small()).map(|_| appeal()));
        world.outbox.extend((0..self.small()).map(|_| batch(1 + self.small())));
        world.written_anew.extend((0..self.small()).map(|_| batch(1)));
        let pages = self.below(6);
        world.pages.extend((1..=pages).map(|number| page(self.byte() % 3, number, number < pages)));
        for transfer in &mut world.transfers {
            if self.one_in(4) {
                world.stored.insert(transfer.hash);
            }
            if self.one_in(2) {
                let url = format!("/v1/uploads/{}", 100 + transfer.order);
                transfer.url = Some(url.clone());
                if self.one_in(2) {
                    world.uploads.insert(url, (transfer.size, self.below(transfer.size + 1)));
                }
            }
        }
        world
    }
}

/// Whether an input is the one that the machine waits for.
fn fits(pending: Option<&Effect>, waits_until: Option<i64>, input: &Input, now_ms: i64) -> bool {
    if let Some(at) = waits_until {
        return matches!(input, Input::Timeout) && now_ms >= at;
    }
    match (pending, input) {
        (None | Some(Effect::Finished(_)), Input::Start) | (Some(Effect::Keep(_)), Input::Kept) => true,
        (Some(Effect::Load(load)), Input::Loaded(loaded)) => {
            use yuandian_sync::Load;
            matches!(
                (load, loaded),
                (Load::Start, Loaded::Start(_))
                    | (Load::Manifest, Loaded::Manifest(_))
                    | (Load::Catalogue, Loaded::Catalogue(_))
                    | (Load::Docs, Loaded::Docs(_))
                    | (Load::Appeal, Loaded::Appeal(_))
                    | (Load::Hello { .. }, Loaded::Hello(_))
                    | (Load::Batch, Loaded::Batch(_))
                    | (Load::Pull, Loaded::Pull(_))
                    | (Load::Transfers, Loaded::Transfers(_))
            )
        }
        (Some(Effect::Ask(_)), Input::Failed(_)) => true,
        (Some(Effect::Ask(request)), Input::Replied(reply)) => matches!(
            (request, reply),
            (Request::Nonce, Reply::Nonce(_))
                | (Request::Hello(_), Reply::Hello(_))
                | (Request::Push(_), Reply::Push(_))
                | (Request::Pull(_), Reply::Pull(_))
                | (Request::Manifest(_), Reply::Manifest(_))
                | (Request::Catalogue(_), Reply::Catalogue(_))
                | (Request::Docs(_), Reply::Docs(_))
                | (Request::Appeal(_), Reply::Appeal(_))
                | (Request::Upload(_), Reply::Upload(_))
        ),
        _ => false,
    }
}

#[test]
fn any_inputs_leave_one_thing_to_do_or_one_time_to_wait_for() {
    let (mut fitting, mut ends, mut uploads, mut repairs) = (0, 0, 0, 0);
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let mut machine = Machine::default();
        let mut pending: Option<Effect> = None;
        let mut now_ms = 0;
        for step in 0..1_000 {
            now_ms += i64::try_from(dice.below(3_000)).unwrap();
            let waits_until = machine.poll_timeout();
            let mut input = dice.input();
            // Often the one that is waited for, so that runs come far.
            for _ in 0..dice.below(60) {
                if !fits(pending.as_ref(), waits_until, &input, now_ms) {
                    input = dice.input();
                }
            }
            let expected = fits(pending.as_ref(), waits_until, &input, now_ms);
            let shown = format!("seed {seed}, step {step}: {input:?} at {pending:?}");
            machine.handle(input, now_ms);
            let effects: Vec<Effect> = std::iter::from_fn(|| machine.poll_effect()).collect();
            if !expected {
                assert_eq!((effects, machine.poll_timeout()), (vec![], waits_until), "{shown}");
                continue;
            }
            fitting += 1;
            match (effects.as_slice(), machine.poll_timeout()) {
                ([effect], None) => pending = Some(effect.clone()),
                ([], Some(at)) => assert!(at > now_ms, "{shown}"),
                other => panic!("{shown} gives {other:?}"),
            }
            ends += usize::from(matches!(pending, Some(Effect::Finished(_))));
            uploads += usize::from(matches!(pending, Some(Effect::Ask(Request::Upload(_)))));
            repairs += usize::from(matches!(
                pending,
                Some(Effect::Ask(Request::Manifest(_) | Request::Docs(_) | Request::Appeal(_)))
            ));
        }
    }
    assert!(
        fitting > 10_000 && ends > 500 && uploads > 500 && repairs > 500,
        "{fitting} {ends} {uploads} {repairs}: too little is tried"
    );
}

#[test]
fn with_good_answers_every_run_is_complete() {
    for seed in 0..500 {
        let mut world = Dice(seed).world();
        let (blobs, commits) = (world.transfers.len() as u64, items(&world));
        let report = world.run();
        let done = (report.reached, report.complete, report.failures, report.uploaded, report.pushed);
        assert_eq!(done, (true, true, 0, blobs, commits), "seed {seed}: {:#?}", world.log);
        assert!(world.outbox.is_empty() && world.transfers.is_empty() && world.pages.is_empty());
        assert!(world.manifests.is_empty() && world.wanted.is_empty() && world.appeals.is_empty());
    }
}

/// Everything is sent: what is written anew joins the outbox with a page, and a run looks again after every batch.
fn items(world: &World) -> u64 {
    world.outbox.iter().chain(&world.written_anew).map(|push| push.items.len() as u64).sum()
}

#[test]
fn whatever_goes_wrong_a_run_ends_and_the_next_good_one_finishes() {
    let (mut complete, mut cut) = (0, 0);
    for seed in 0..1_000 {
        let mut dice = Dice(seed);
        let mut world = dice.world();
        // From hardly ever to nearly always.
        let odds = 1 + dice.below(12);
        let report = world.run_but(|verb, _| {
            if dice.below(odds + 2) > 1 {
                return None;
            }
            Some(match (verb, dice.below(3)) {
                ("PATCH", 0) => Answer::Cut(dice.size()),
                ("POST" | "HEAD" | "PATCH", 1) => Answer::Upload(dice.upload_reply()),
                _ => Answer::Failed(dice.failure()),
            })
        });
        complete += usize::from(report.complete);
        cut += usize::from(!report.complete);
        // A lying answer may have sent an upload to a stranger's address or beyond its end: the server is right in the end.
        let again = world.run();
        assert!(again.complete, "seed {seed}: {:#?}", world.log);
        assert!(world.outbox.is_empty() && world.transfers.is_empty(), "seed {seed}");
    }
    assert!(complete > 100 && cut > 100, "{complete} {cut}: too little is tried");
}
