//! What may be the same matter: cases of one service nearby that have not ended.

use serde::{Deserialize, Serialize};
use yuandian_model::Wgs84;

use crate::draft::Position;
use crate::error::{DeviceError, Result};
use crate::limits::SIMILAR_MAX;
use crate::phone::Phone;
use crate::store::rows;
use crate::view::ListLine;

/// A case that may be the same matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Similar {
    /// Its line.
    #[serde(flatten)]
    pub line: ListLine,
    /// How far it is from the place that was asked about, whole metres.
    pub distance_m: u32,
}

impl Phone {
    /// Cases of a service that have not ended and lie within the radius in which the catalogue takes two reports for one, the nearest first; at most
    /// `limit` and never more than [`SIMILAR_MAX`]. Nothing of a service that names no radius. How long they have been open is told with each and does
    /// not part them: what is still there is the same matter. Loads no document.
    ///
    /// # Errors
    /// [`DeviceError::Invalid`] for a service that does not exist or a place outside the world; the store's.
    pub fn similar(&self, service: &str, at: &Position, limit: u32) -> Result<Vec<Similar>> {
        let known = self.catalogue().service(service);
        let (known, _) =
            known.ok_or_else(|| DeviceError::invalid("service", format!("no service {service:?}")))?;
        let here = Wgs84::new(at.lng, at.lat)?;
        let Some(dedupe) = known.dedupe else { return Ok(vec![]) };
        let radius_m = f64::from(dedupe.radius_m);
        let mut found = Vec::new();
        for row in rows::near(&self.db, service, here.frame(radius_m))? {
            let Some((lng, lat, _)) = row.facts.place else { continue };
            let metres = here.apart_m(Wgs84::new(lng, lat)?);
            if metres <= radius_m {
                found.push((metres, row));
            }
        }
        found.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.id.cmp(&other.id)));
        found.truncate(limit.min(SIMILAR_MAX) as usize);
        let now_ms = self.server_ms();
        let similar =
            |(metres, row)| Ok(Similar { line: self.line(row, now_ms)?, distance_m: whole(metres) });
        found.into_iter().map(similar).collect()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within a radius of a catalogue")]
fn whole(metres: f64) -> u32 {
    metres.round() as u32
}
