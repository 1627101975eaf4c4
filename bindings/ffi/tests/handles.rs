//! What the core holds for its callers goes when they let go of it. A process of its own: it counts everything that is open.

use std::time::Duration;

use yuandian_ffi::{OpenHandles, YuandianCore, open_handles};

const NOTHING: OpenHandles = OpenHandles { cores: 0, streams: 0, calls: 0 };

#[tokio::test]
async fn what_is_let_go_is_held_no_more() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(open_handles(), NOTHING);
    let core = YuandianCore::open(home.path().display().to_string()).await.unwrap();
    let events = core.events().unwrap();
    assert_eq!(open_handles(), OpenHandles { cores: 1, streams: 1, calls: 0 });
    let waits = tokio::time::timeout(Duration::from_millis(20), async {
        let next = events.next();
        tokio::pin!(next);
        loop {
            tokio::select! {
                event = &mut next => return event,
                () = tokio::time::sleep(Duration::from_millis(1)) => {
                    assert_eq!(open_handles().calls, 1, "a call waits");
                }
            }
        }
    });
    assert!(waits.await.is_err(), "nothing happens");
    assert_eq!(
        open_handles(),
        OpenHandles { cores: 1, streams: 1, calls: 0 },
        "who was cancelled waits no more"
    );
    drop(events);
    core.shutdown().await.unwrap();
    drop(core);
    assert_eq!(open_handles(), NOTHING);
}
