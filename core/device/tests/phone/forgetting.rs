//! Being forgotten: at once on this phone, everywhere with the next greeting, and the wish is not lost.

use yuandian_device::{DeviceError, Draft, Phone};
use yuandian_document::{Purpose, SignedNotice, cbor};
use yuandian_model::Role;
use yuandian_sync::limits::MESSAGE_BYTES_MAX;
use yuandian_sync::message::{Hello, WIRE_VERSION, Wipe};
use yuandian_sync::{Keep, Load, Loaded};

use crate::{answers, draft, plain_people};

const NAME: &str = "王奶奶三零二";
const UNSENT: &str = "李大爷七零一";

fn greeting(phone: &mut Phone) -> Hello {
    let Loaded::Hello(signed) = phone.load(&Load::Hello { nonce: [7; 32] }).unwrap() else { panic!() };
    cbor::decode("hello", &signed.message, MESSAGE_BYTES_MAX).unwrap()
}

fn request(name: &str) -> Draft {
    Draft {
        answers: answers(&[("beneficiary", name), ("beneficiary_agrees", "yes")]),
        ..draft("help.errand", "买药")
    }
}

#[test]
fn what_is_private_goes_at_once_and_the_wish_is_said_until_it_is_done() {
    let (mut referee, [home], [mut phone]) = plain_people::<1>(Role::Resident);
    let id = phone.save_draft(None, &request(NAME)).unwrap();
    phone.finish(&id).unwrap();
    referee.sync(&mut phone);
    phone.save_draft(None, &request(UNSENT)).unwrap();
    assert!(home.on_disk(NAME) && home.on_disk(UNSENT));
    assert!(!greeting(&mut phone).forget);

    phone.forget_me().unwrap();
    assert!(!home.on_disk(NAME) && !home.on_disk(UNSENT), "the rows, and the log");
    assert_eq!(phone.drafts().unwrap(), []);
    assert!(!phone.case(&id).unwrap().fields.contains_key("beneficiary"));
    assert_eq!(phone.token().unwrap(), None, "the next run greets");
    drop(phone);
    let mut phone = home.open();
    assert!(greeting(&mut phone).forget && phone.wants_to_be_forgotten().unwrap());

    let message = cbor::encode(&Wipe { version: WIRE_VERSION, device: phone.device(), issued_ms: 0 });
    let key = referee.key();
    let notice = SignedNotice { signature: key.sign(Purpose::Wipe, &message), signer: key.id(), message };
    let mut hello = referee.hello_without_streams(&phone);
    hello.wipe = Some(notice);
    phone.keep(&Keep::Hello(hello)).unwrap();
    assert_eq!(phone.person(), Err(DeviceError::ShutOut { reason: "forgotten".into() }));
    assert_eq!(phone.forget_me(), Err(DeviceError::ShutOut { reason: "forgotten".into() }));
    assert!(!phone.wants_to_be_forgotten().unwrap());
    assert!(!home.on_disk("买药"), "nor what was not private");
}

#[test]
fn who_was_told_something_private_drops_it_from_the_store_and_its_log() {
    let (mut referee, [_author, home], [mut author, mut helper]) = plain_people::<2>(Role::Volunteer);
    let id = author.save_draft(None, &request(NAME)).unwrap();
    author.finish(&id).unwrap();
    referee.sync(&mut author);
    referee.sync(&mut helper);
    let told = |referee: &crate::referee::Referee, helper: &mut Phone, values: &[&str]| {
        let mut page = referee.page(helper);
        for case in &mut page.cases {
            let field = |value: &&str| yuandian_sync::message::PrivateField {
                key: "beneficiary".into(),
                value: (*value).to_owned(),
                version: 1,
            };
            case.private = Some(values.iter().map(field).collect());
        }
        helper.keep(&Keep::Page(page)).unwrap();
    };
    author.note(&id, "再说一句", &[]).unwrap();
    referee.sync(&mut author);
    told(&referee, &mut helper, &[NAME]);
    assert!(home.on_disk(NAME));
    author.note(&id, "又说一句", &[]).unwrap();
    referee.sync(&mut author);
    told(&referee, &mut helper, &[]);
    assert!(!home.on_disk(NAME));
}
