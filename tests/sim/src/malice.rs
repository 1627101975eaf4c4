//! The malicious phone: it has a right of its own and keeps to no rule.

use yuandian_sync::message::{Push, PushItem, WIRE_VERSION};
use yuandian_sync::wire;

use crate::http::HttpRequest;
use crate::input::Part;
use crate::invariant::Step;
use crate::network::bomb;
use crate::situation::Situation;
use crate::world::World;

impl World {
    /// Sends something that no honest phone would.
    ///
    /// # Errors
    /// A promise that breaks.
    pub fn malice(&mut self, index: usize) -> Step {
        let choice = self.input.below(Part::Malice, 16);
        let drawn = usize::from(self.input.word(Part::Malice));
        let token = self.devices[index].token.clone();
        let path = ["/v1/push", "/v1/pull", "/v1/hello", "/v1/commits"][self.input.below(Part::Malice, 4)];
        let overheard = if matches!(choice, 3 | 6) && drawn.is_multiple_of(2) {
            self.overheard_push(drawn / 2).cloned()
        } else {
            (!self.overheard.is_empty()).then(|| self.overheard[drawn % self.overheard.len()].clone())
        };
        let request = match (choice, overheard) {
            (1, _) => {
                self.situations.reached(Situation::MaliceBomb);
                HttpRequest::message(path, token, bomb())
            }
            (2, _) => HttpRequest::message(path, token, b"<html>not a message</html>".to_vec()),
            // Somebody else's message under the own token.
            (3, Some(other)) => {
                self.situations.reached_if(other.path == "/v1/push", Situation::MaliceReplay);
                HttpRequest { token, ..other }
            }
            // The same with a byte changed inside.
            (4 | 5, Some(other)) => {
                let Ok(mut inside) = zstd::bulk::decompress(&other.body, 1 << 20) else { return Ok(()) };
                if inside.is_empty() {
                    return Ok(());
                }
                let at = drawn % inside.len();
                inside[at] ^= 1 + self.input.byte(Part::Malice) % 255;
                let body = zstd::bulk::compress(&inside, 1).unwrap_or_default();
                HttpRequest { token, body, ..other }
            }
            // Somebody else's commits, turned around and doubled.
            (6, Some(other)) if other.path == "/v1/push" => {
                let Ok(push) = wire::unpack::<Push>("push", &other.body) else { return Ok(()) };
                let mut items: Vec<PushItem> = push.items.iter().rev().cloned().collect();
                items.extend(push.items);
                self.situations.reached(Situation::MaliceReplay);
                let push = Push { version: WIRE_VERSION, items, private: vec![], links: vec![] };
                HttpRequest::message("/v1/push", token, wire::pack(&push))
            }
            (8.., _) => match self.forge(index) {
                Some(request) => request,
                None => return Ok(()),
            },
            _ => return Ok(()),
        };
        self.faults.note(crate::fault::Fault::Malicious);
        let number = self.number();
        self.send(index, number, request)
    }
}
