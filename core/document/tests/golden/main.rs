//! Golden files of the document's wire forms: genesis, content, acts, envelopes, signed commits, certificates.

#![allow(clippy::disallowed_methods, reason = "tests read the golden files that they hold the forms to")]

#[path = "../../../../tests/golden/check.rs"]
mod check;
#[path = "../../../../tests/golden/samples.rs"]
mod samples;

use automerge::Automerge;
use check::{Golden, mutants};
use yuandian_document::gate::{self, Checks};
use yuandian_document::limits::COMMIT_BYTES_MAX;
use yuandian_document::{
    Act, Body, Content, DeviceCertificate, DeviceKey, Envelope, Kind, Place, Report, SignedCatalogue,
    SignedCommit, Signer, SoftwareRoot, cbor, genesis,
};
use yuandian_model::catalogue::CatalogueFile;
use yuandian_model::{Cell500, DivisionCode, Wgs84};

const FORMS: &[&str] = &[
    "genesis",
    "content",
    "act-report-exact",
    "act-report-cell",
    "act-report-nowhere",
    "act-claim",
    "act-arguments",
    "envelope-content",
    "envelope-act",
    "signed-commit-content",
    "signed-commit-act",
    "device-certificate",
    "signed-catalogue",
];

fn golden() -> Golden {
    Golden::of("document", FORMS)
}

#[test]
fn every_golden_file_has_its_form() {
    golden().has_no_other_files();
}

#[test]
fn genesis_is_the_same_for_every_case() {
    let heads = genesis::document().get_heads();
    let read = |bytes: &[u8]| {
        gate::admit(&Automerge::new(), bytes, &Checks::structure_only()).map(|admitted| admitted.heads)
    };
    golden().hold("genesis", &heads, |_| genesis::GENESIS.to_vec(), read);
}

#[test]
fn content_is_one_change_that_every_phone_reads_alike() {
    let read = |bytes: &[u8]| {
        let mut content = Content::default();
        content.admit(bytes, &samples::content_actor()).map(|_| content.view())
    };
    let written = {
        let mut content = Content::default();
        let heads = content.heads();
        content.write(&heads, &samples::content_actor(), &samples::edits(), samples::CAPTURED_MS).unwrap();
        content.view()
    };
    assert_eq!((written.notes.len(), written.photos.len(), written.answers.len()), (1, 1, 1));
    golden().hold("content", &written, |_| samples::change(), read);
}

#[test]
fn acts() {
    let grid: DivisionCode = "410102001".parse().unwrap();
    let here = Wgs84::new(113.613_25, 34.752_1).unwrap();
    let report = |service: &str, place: Option<Place>| {
        Act::report(Report { service: service.into(), grid: grid.clone(), place })
    };
    let mut arguments = Act::named("cancel", None);
    arguments.args = [("reason", "已经解决"), ("note", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let cases = [
        ("act-report-exact", report("case.city.E06010", Some(Place::exact(here, Some(12))))),
        ("act-report-cell", report("help.errand", Some(Place::Cell(Cell500::of(here))))),
        ("act-report-nowhere", report("case.snap", None)),
        ("act-claim", samples::claim()),
        ("act-arguments", arguments),
    ];
    for (name, act) in cases {
        golden().hold(name, &act, Act::to_bytes, Act::from_bytes);
    }
}

#[test]
fn envelopes() {
    let cases =
        [("envelope-content", samples::content_envelope()), ("envelope-act", samples::act_envelope())];
    for (name, envelope) in cases {
        let read = |bytes: &[u8]| cbor::decode::<Envelope>("envelope", bytes, COMMIT_BYTES_MAX);
        golden().hold(name, &envelope, cbor::encode, read);
    }
}

#[test]
fn a_signed_commit_is_of_its_device_down_to_the_last_bit() {
    let certified = samples::certificate().verify().unwrap();
    let read = |bytes: &[u8]| cbor::decode::<SignedCommit>("commit", bytes, COMMIT_BYTES_MAX);
    let cases = [
        ("signed-commit-content", Kind::Content, samples::content_commit()),
        ("signed-commit-act", Kind::Act, samples::act_commit()),
    ];
    for (name, kind, commit) in cases {
        golden().hold(name, &commit, cbor::encode, read);
        let holds = |commit: &SignedCommit| {
            let envelope = commit.open().ok()?;
            commit.verify(&envelope, &certified).ok()?;
            Some(envelope)
        };
        let envelope = holds(&commit).expect("the sample holds");
        assert_eq!(envelope.kind, kind);
        assert_eq!(matches!(envelope.typed_body().unwrap(), Body::Act(_)), kind == Kind::Act);
        for (index, mutant) in mutants(&cbor::encode(&commit)) {
            let forged = read(&mutant).ok().and_then(|commit| holds(&commit));
            assert!(forged.is_none(), "{name}: byte {index} is not signed");
        }
    }
}

#[test]
fn a_certificate_is_of_its_root_down_to_the_last_bit() {
    let read = |bytes: &[u8]| cbor::decode::<DeviceCertificate>("certificate", bytes, COMMIT_BYTES_MAX);
    let sample = samples::certificate();
    golden().hold("device-certificate", &sample, cbor::encode, read);
    assert_eq!(sample.verify().unwrap().id, samples::key().id());
    for (index, mutant) in mutants(&cbor::encode(&sample)) {
        let forged = read(&mutant).ok().and_then(|certificate| certificate.verify().ok());
        assert!(forged.is_none(), "byte {index} is not signed");
    }
}

#[test]
fn a_signed_catalogue_is_of_its_keeper_down_to_the_last_bit() {
    let files = [
        CatalogueFile { name: "b.toml", text: "[group.g]\ntitle = { zh = '组', en = 'g' }\n" },
        CatalogueFile { name: "a.toml", text: "schema = 1\nversion = 7\n" },
    ];
    let key = samples::key();
    let sample = SignedCatalogue::sign(&files, &key).unwrap();
    golden().hold("signed-catalogue", &sample, SignedCatalogue::encode, SignedCatalogue::decode);
    assert_eq!(sample.verify(&key.public()).unwrap().version(), 7);
    for (index, mutant) in mutants(&sample.encode()) {
        let forged =
            SignedCatalogue::decode(&mutant).ok().and_then(|signed| signed.verify(&key.public()).ok());
        assert!(forged.is_none(), "byte {index} is not signed");
    }
}

/// RFC 6979 A.2.5 (P-256, SHA-256, message "sample") and RFC 8032 §7.1 test 1: with them every golden signature is of the standard,
/// not of one library.
#[test]
fn signatures_are_deterministic_as_their_standards_say() {
    let bytes = |hex: &str| hex::decode(hex).unwrap();
    let seed = bytes("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let root = SoftwareRoot::from_seed(&seed.try_into().unwrap()).unwrap();
    let signature = root.sign_with_root(b"sample").unwrap();
    assert_eq!(
        hex::encode(signature),
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    );
    let seed = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = DeviceKey::from_seed(&seed.try_into().unwrap());
    assert_eq!(hex::encode(key.public()), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}
