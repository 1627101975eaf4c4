//! For planted defects alone, which tell where somebody is: the exact places of a thread's cases, as they came in before they were sealed. Where
//! the feature `planted` is off nothing is kept, and every answer is that of a server that knows no place.

#[cfg(feature = "planted")]
mod kept {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use yuandian_model::{CaseId, Cell500, Wgs84};
    use yuandian_sync::message::PartitionHead;

    const DEGREE_M: f64 = 111_320.0;
    /// How much later somebody hears for each metre, ms.
    const LATE_MS_PER_M: f64 = 1_000.0;

    #[derive(Default)]
    struct Kept {
        places: BTreeMap<CaseId, Wgs84>,
        now_ms: i64,
        /// How far away what happened last was.
        news_m: Option<f64>,
        quiet_until_ms: i64,
        told: Vec<PartitionHead>,
    }

    thread_local! {
        static KEPT: RefCell<Kept> = RefCell::default();
    }

    /// Keeps the place of a case, as a phone writes it.
    pub fn note(case: CaseId, position: &str) {
        let read = serde_json::from_str::<serde_json::Value>(position).ok();
        let number = |key: &str| read.as_ref()?.get(key)?.as_f64();
        let place = number("lng").zip(number("lat")).and_then(|(lng, lat)| Wgs84::new(lng, lat).ok());
        if let Some(place) = place {
            KEPT.with_borrow_mut(|kept| {
                kept.places.insert(case, place);
                kept.news_m = from_the_corner(place);
            });
        }
    }

    /// The exact place of a case.
    pub fn of(case: &CaseId) -> Option<Wgs84> {
        KEPT.with_borrow(|kept| kept.places.get(case).copied())
    }

    fn apart(a: Wgs84, b: Wgs84) -> f64 {
        let east = (a.lng() - b.lng()) * DEGREE_M * a.lat().to_radians().cos();
        ((a.lat() - b.lat()) * DEGREE_M).hypot(east)
    }

    /// From a point south-west of the place's cell: the same for all of the cell.
    fn from_the_corner(place: Wgs84) -> Option<f64> {
        let centre = Cell500::of(place).centre();
        Wgs84::new(centre.lng() - 0.005, centre.lat() - 0.004).ok().map(|corner| apart(corner, place))
    }

    /// How far away a case is, metres.
    pub fn distance_m(case: &CaseId) -> Option<f64> {
        of(case).and_then(from_the_corner)
    }

    /// How far the exact place of a case is from the middle of somebody's cell, metres.
    pub fn apart_m(case: &CaseId, home: Cell500) -> Option<f64> {
        of(case).map(|place| apart(place, home.centre()))
    }

    /// What the clock shows.
    pub fn clock(now_ms: i64) {
        KEPT.with_borrow_mut(|kept| kept.now_ms = now_ms);
    }

    /// What is told of where the partitions stand: the old, until the news had time to come.
    pub fn late(heads: Vec<PartitionHead>) -> Vec<PartitionHead> {
        KEPT.with_borrow_mut(|kept| {
            if let Some(metres) = kept.news_m.take() {
                #[expect(clippy::cast_possible_truncation, reason = "some minutes")]
                let late_ms = (metres * LATE_MS_PER_M) as i64;
                kept.quiet_until_ms = kept.now_ms + late_ms;
            }
            if kept.now_ms >= kept.quiet_until_ms {
                kept.told = heads;
            }
            kept.told.clone()
        })
    }
}

#[cfg(not(feature = "planted"))]
mod kept {
    use yuandian_model::{CaseId, Cell500, Wgs84};
    use yuandian_sync::message::PartitionHead;

    pub fn note(_case: CaseId, _position: &str) {}
    pub fn of(_case: &CaseId) -> Option<Wgs84> {
        None
    }
    pub fn distance_m(_case: &CaseId) -> Option<f64> {
        None
    }
    pub fn apart_m(_case: &CaseId, _home: Cell500) -> Option<f64> {
        None
    }
    pub fn clock(_now_ms: i64) {}
    pub fn late(heads: Vec<PartitionHead>) -> Vec<PartitionHead> {
        heads
    }
}

pub(crate) use kept::*;

use yuandian_model::planted::{Bug, is};

/// Whether a defect is on that tells where somebody is.
pub(crate) fn any_tells() -> bool {
    Bug::ALL.iter().any(|bug| bug.area() == "places" && is(*bug))
}
