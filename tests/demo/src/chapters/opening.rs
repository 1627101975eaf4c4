//! Chapter 1: an empty server with the real divisions, invitations, six phones that enrol.

use crate::Options;
use crate::stage::{GRID, GRID_NAME, Stage, World};
use crate::story::{Played, Story};
use yuandian_programs::phone::{Phone, array, text};

/// City, districts, streets, communities of Zhengzhou.
const DIVISIONS: [&str; 4] = ["1", "15", "208", "3306"];

/// Sets the stage and enrols everybody.
pub fn play(story: &mut Story, options: &Options) -> Played<World> {
    let world = World::new(Stage::set(options)?)?;
    let (server, cast) = (world.server()?, &world.cast);
    story.holds(
        server.address().port() != 0,
        "服务器在空的数据目录上启动",
        "the server is up, on an empty data folder",
        server.url(),
    );
    divisions(story, server.said());
    let mut codes = server.invite("grid_worker", GRID, 2)?;
    codes.extend(server.invite("resident", GRID, 1)?);
    codes.extend(server.invite("volunteer", GRID, 3)?);
    story.holds(codes.len() == 6, "发出六个邀请码", "six invitation codes", codes.join("  "));
    let roles = ["grid_worker", "grid_worker", "resident", "volunteer", "volunteer", "volunteer"];
    let url = format!("http://{}", world.proxy.address());
    for ((phone, code), role) in cast.everyone().into_iter().zip(&codes).zip(roles) {
        enrol(story, phone, &url, code, role)?;
    }
    Ok(world)
}

fn divisions(story: &mut Story, said: &[String]) {
    let numbers = |line: &str| -> Vec<String> {
        // 3,306 is one number.
        let plain = line.replace(',', "");
        plain.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).map(str::to_owned).collect()
    };
    let all_four = |line: &&String| {
        let numbers = numbers(line);
        DIVISIONS.iter().all(|wanted| numbers.iter().any(|n| n == wanted))
    };
    let line = said.iter().find(all_four);
    story.holds(
        line.is_some(),
        "郑州区划已载入:1 市、15 区县、208 街道乡镇、3306 社区村",
        "the divisions of Zhengzhou are loaded",
        line.map_or_else(|| format!("{said:?}"), |line| line.trim().to_owned()),
    );
}

fn enrol(story: &mut Story, phone: &Phone, url: &str, code: &str, role: &str) -> Played<()> {
    let person = phone.ask(&["enroll", "--server", url, "--code", code, "--name", phone.name()])?;
    let grants = array(&person, "grants");
    let found: Vec<(&str, &str)> = grants.iter().map(|g| (text(g, "role"), text(g, "grid"))).collect();
    let right = text(&person, "name") == phone.name() && found == [(role, GRID)];
    let zh = format!("{} 登记完成", phone.name());
    story.holds(right, &zh, &format!("{role} enrolled over HTTP"), format!("{role} @ {GRID_NAME} {GRID}"));
    Ok(())
}
