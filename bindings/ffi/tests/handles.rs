//! What the core holds for its callers goes when they let go of it. A process of its own: it counts everything that is open.

use std::future::Future as _;
use std::task::Poll;

use yuandian_ffi::{OpenHandles, YuandianCore, open_handles};

const NOTHING: OpenHandles = OpenHandles { cores: 0, streams: 0, calls: 0 };

#[tokio::test]
async fn what_is_let_go_is_held_no_more() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(open_handles(), NOTHING);
    let core = YuandianCore::open(home.path().display().to_string()).await.unwrap();
    let events = core.events().unwrap();
    assert_eq!(open_handles(), OpenHandles { cores: 1, streams: 1, calls: 0 });
    {
        let mut next = std::pin::pin!(events.next());
        let first = std::future::poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        assert!(first.is_pending(), "nothing happens");
        assert_eq!(open_handles().calls, 1, "a call waits");
    }
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
