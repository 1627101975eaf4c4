//! What the play is played on: a server, a link, six phones, photographs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::Options;
use crate::story::{Played, Stop};
use crate::watch::Watch;
use yuandian_programs::evidence::hash_of;
use yuandian_programs::phone::Phone;
use yuandian_programs::proxy::Proxy;
use yuandian_programs::seed::Seed;
use yuandian_programs::server::Server;

/// The grid that everybody lives and works in.
pub const GRID: &str = "410102001";
/// Its name.
pub const GRID_NAME: &str = "林山寨街道";

/// Two photographs of twelve megapixels each and a small one.
const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/photos");

/// A photograph on the computer that plays.
pub struct Photo {
    /// Where.
    pub file: PathBuf,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub hash: String,
}

impl Photo {
    fn at(file: PathBuf) -> Played<Self> {
        let about = |e: &dyn std::fmt::Display| Stop(format!("{}: {e}", file.display()));
        let size = std::fs::metadata(&file).map_err(|e| about(&e))?.len();
        let hash = hash_of(&file).map_err(|e| about(&e))?;
        Ok(Self { file, size, hash })
    }

    /// Its path as an argument.
    pub fn path(&self) -> Played<&str> {
        self.file.to_str().ok_or_else(|| Stop(format!("{} is no UTF-8", self.file.display())))
    }
}

/// Everything that is there when the play begins.
pub struct Stage {
    temp: TempDir,
    programs: PathBuf,
    /// The first photograph: captured in chapter 2.
    pub photo: Photo,
    /// Another large one: sent over the bad link.
    pub other: Photo,
    /// A small one: what was bought.
    pub small: Photo,
}

impl Stage {
    /// An empty stage in a folder of its own.
    pub fn set(options: &Options) -> Played<Self> {
        let data = Path::new(PHOTOS);
        let photo = Photo::at(options.photo.clone().unwrap_or_else(|| data.join("seeding12_o6.jpg")))?;
        let mut other = Photo::at(data.join("picos12_o8.jpg"))?;
        if other.hash == photo.hash {
            // The same bytes are stored once: a second upload needs other ones.
            other = Photo::at(data.join("seeding12_o6.jpg"))?;
        }
        let small = Photo::at(data.join("small_exif.jpg"))?;
        let temp = tempfile::Builder::new().prefix("yuandian-demo-").tempdir()?;
        Ok(Self { temp, programs: std::path::absolute(&options.bin_dir)?, photo, other, small })
    }

    /// The folder of it all.
    pub fn folder(&self) -> &Path {
        self.temp.path()
    }

    /// A program by its name.
    pub fn program(&self, name: &str) -> Played<PathBuf> {
        let path = self.programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        if path.is_file() {
            Ok(path)
        } else {
            Err(Stop(format!("there is no {}: `cargo xtask demo` builds it", path.display())))
        }
    }

    /// Starts the server, on the same data each time.
    pub fn server(&self) -> Played<Server> {
        Server::start(&self.program("yuandian-server")?, &self.folder().join("server"))
    }
}

/// Who plays. Fields are named for the part they play.
pub struct Cast {
    /// 网格员甲: captures, under bad conditions.
    pub worker: Phone,
    /// 网格员乙, of the same grid.
    pub colleague: Phone,
    /// 高国营: asks for help for his mother.
    pub requester: Phone,
    /// Three neighbours.
    pub volunteers: [Phone; 3],
}

impl Cast {
    /// Six phones with nothing on them.
    pub fn new(stage: &Stage) -> Played<Self> {
        let program = stage.program("yuandian")?;
        let homes = stage.folder().join("phones");
        let phone = |folder, name| Phone::new(program.clone(), &homes, folder, name);
        Ok(Self {
            worker: phone("worker-a", "网格员甲"),
            colleague: phone("worker-b", "网格员乙"),
            requester: phone("requester", "高国营"),
            volunteers: [
                phone("volunteer-zhang", "张阿姨"),
                phone("volunteer-li", "李师傅"),
                phone("volunteer-wang", "小王"),
            ],
        })
    }

    /// All six.
    pub fn everyone(&self) -> Vec<&Phone> {
        let mut all = vec![&self.worker, &self.colleague, &self.requester];
        all.extend(&self.volunteers);
        all
    }
}

/// The stage with everybody on it, once the first chapter has been played.
pub struct World {
    /// Six phones. Let go of before the server, the server before the folder.
    pub cast: Cast,
    /// The link that all of them use.
    pub proxy: Proxy,
    /// The server; none while it is down.
    server: Option<Server>,
    /// Cleans up where nothing else can.
    watch: Watch,
    /// Folder, programs, photographs.
    pub stage: Stage,
}

impl World {
    /// A server that is up, a good link to it, six phones that know nobody.
    pub fn new(stage: Stage) -> Played<Self> {
        let cast = Cast::new(&stage)?;
        let mut watch = Watch::over(stage.folder())?;
        let server = stage.server()?;
        watch.server_is(Some(server.id()))?;
        let proxy = Proxy::to(server.address())?;
        Ok(Self { cast, proxy, server: Some(server), watch, stage })
    }

    /// The server.
    pub fn server(&self) -> Played<&Server> {
        self.server.as_ref().ok_or_else(|| Stop("the server is down".into()))
    }

    /// Starts it again on the same data and leads the link to it.
    pub fn start_again(&mut self) -> Played<()> {
        let server = self.stage.server()?;
        self.watch.server_is(Some(server.id()))?;
        self.proxy.lead_to(server.address());
        self.server = Some(server);
        Ok(())
    }

    /// Asks it to end: its exit code, and how long that took.
    pub fn stop_server(&mut self) -> Played<(Option<i32>, Duration)> {
        let server = self.server.take().ok_or_else(|| Stop("the server is down".into()))?;
        let ended = server.stop()?;
        self.watch.server_is(None)?;
        Ok(ended)
    }

    /// Leaves everything up until the server ends, or the demo is ended from outside.
    pub fn stay(&mut self) -> Played<()> {
        match &mut self.server {
            Some(server) => server.stay(),
            None => Ok(()),
        }
    }
}

/// The numbers 0, 1, 2 in an order that depends on the seed alone.
pub fn order(seed: u64) -> [usize; 3] {
    let mut order = [0, 1, 2];
    let mut seed = Seed::new(seed);
    for last in (1..order.len()).rev() {
        order.swap(last, seed.below(last + 1));
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_one_order_and_seeds_give_all_six() {
        assert_eq!(order(7), order(7));
        let orders: BTreeSet<_> = (0..100).map(order).collect();
        assert_eq!(orders.len(), 6);
        for mut order in orders {
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2]);
        }
    }
}
