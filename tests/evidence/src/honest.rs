//! Honest bundles: a real phone captures, a real server receives, the phone exports.

use std::path::Path;

use yuandian_programs::phone::{Phone, member};
use yuandian_programs::server::Server;
use yuandian_programs::{Played, Stop};

use crate::Bundle;

/// Where they work.
const GRID: &str = "410102001";
/// Their photographs: a camera's, one without metadata, another format.
const PHOTOS: [&[u8]; 3] = [
    include_bytes!("../../data/photos/small_exif.jpg"),
    include_bytes!("../../data/photos/tiny.jpg"),
    include_bytes!("../../data/photos/tiny.png"),
];

/// Two bundles: one of several photos by one worker, one that a colleague exports, photos of both in it.
pub fn bundles(bin_dir: &Path, folder: &Path) -> Played<Vec<Bundle>> {
    let data = folder.join("data");
    std::fs::create_dir_all(&data)?;
    let server = Server::start(&bin_dir.join("yuandian-server"), &data)?;
    let url = server.url();
    let mut files = Vec::new();
    for (number, bytes) in PHOTOS.iter().enumerate() {
        let file = folder.join(format!("photo{number}"));
        std::fs::write(&file, bytes)?;
        files.push(file.to_str().ok_or_else(|| Stop("a path that is no text".to_owned()))?.to_owned());
    }
    let phone = |name: &'static str| -> Played<Phone> {
        let phone = Phone::new(bin_dir.join("yuandian"), folder, name, name);
        let code = server.invite("grid_worker", GRID, 1)?.pop().unwrap_or_default();
        phone.ask(&["enroll", "--server", &url, "--code", &code, "--name", name])?;
        phone.sync()?;
        Ok(phone)
    };
    let (worker, colleague) = (phone("worker")?, phone("colleague")?);
    let captured = worker.ask(&[
        "capture",
        "--service",
        "case.snap",
        "--at",
        "113.6132,34.7521,12",
        "--text",
        "门口暴露垃圾",
        "--photo",
        &files[0],
        "--photo",
        &files[1],
        "--camera",
        "--fix",
        "113.61321,34.75212,9",
    ])?;
    let case = member(&captured, "id");
    worker.sync()?;
    colleague.sync()?;
    colleague.ask(&["note", &case, "现场复核", "--photo", &files[2], "--album"])?;
    colleague.sync()?;
    worker.sync()?;
    let mut bundles = Vec::new();
    for (number, phone) in [&worker, &colleague].into_iter().enumerate() {
        let file = folder.join(format!("bundle{number}.zip"));
        let path = file.to_str().ok_or_else(|| Stop("a path that is no text".to_owned()))?;
        phone.ask(&["export", &case, path])?;
        bundles.push(Bundle::read(&file)?);
    }
    server.stop()?;
    Ok(bundles)
}
