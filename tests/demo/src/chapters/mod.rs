//! The seven chapters, in order.

mod bad_link;
mod capture;
mod help;
mod last_screen;
mod opening;
mod refused;
mod together;

use crate::Options;
use crate::stage::World;
use crate::story::{Played, Stop, Story};

/// Headings, in order: a chapter that is not played is named all the same.
const HEADINGS: [(&str, &str); 7] = [
    ("开场:服务器与六部手机", "the server and six phones"),
    ("没有信号:拍到一半,手机没电了", "no signal, and the phone dies halfway"),
    ("三人抢一单:只有一个接到", "three volunteers, one request, one winner"),
    ("两个网格员改同一个案件", "two grid workers edit the same case"),
    ("迟到的接单:需处理", "a claim that comes too late"),
    ("断断续续的网络,中途重启的服务器", "a link that cuts, a server that restarts"),
    ("终场:平台与手机是否一致", "the last screen: do server and phones agree"),
];

/// What later chapters need to know of earlier ones.
#[derive(Debug, Default)]
struct Known {
    /// The case of exposed garbage.
    garbage: String,
    /// The errand that was taken, given up, taken over and confirmed.
    errand: String,
    /// The errand that its author cancelled.
    cancelled: String,
    /// The report written after a refusal.
    report: String,
    /// The case sent over the bad link.
    large: String,
}

/// Plays everything. A chapter that breaks ends the play; those after it count as not played.
///
/// Gives the world back where it shall stay up.
pub fn play(story: &mut Story, options: &Options, seed: u64) -> Option<World> {
    story.title(
        "原点 · 演示",
        "Yuandian, the demo: real programs, real photographs, every ✓ measured just now",
    );
    let mut known = Known::default();
    let mut world = None;
    for (number, (zh, en)) in HEADINGS.into_iter().enumerate() {
        story.chapter(zh, en);
        let played = match (number, &mut world) {
            (0, _) => opening::play(story, options).map(|opened| world = Some(opened)),
            (_, None) => Err(Stop("there is no stage".into())),
            (1, Some(world)) => capture::play(story, world, &mut known),
            (2, Some(world)) => help::play(story, world, seed, &mut known),
            (3, Some(world)) => together::play(story, world, &known),
            (4, Some(world)) => refused::play(story, world, &mut known),
            (5, Some(world)) => bad_link::play(story, world, &mut known),
            (_, Some(world)) => finale(story, world, &known, options.exit),
        };
        if let Err(stop) = played {
            story.broke(&stop);
            for (zh, en) in HEADINGS.into_iter().skip(number + 1) {
                story.not_played(zh, en);
            }
            return None;
        }
    }
    world.filter(|_| !options.exit)
}

fn finale(story: &mut Story, world: &mut World, known: &Known, exit: bool) -> Played<()> {
    last_screen::play(story, world, known)?;
    if exit { last_screen::end(story, world) } else { last_screen::invite(story, world) }
}
