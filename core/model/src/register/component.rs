//! Components with the field names and rules of GB/T 47678.5-2026: M mandatory, C conditional, O optional, lengths in characters.

use std::str::FromStr;

use chrono::NaiveDate;

use super::Row;
use super::field::{Fields, RegisterFault};
use super::header::{Header, RegisterKind};
use crate::codes::{CellCode, ComponentId, CreditCode, Generation};
use crate::division::{DivisionCode, Level};
use crate::place::Wgs84;

/// Characters of a component's name.
const NAME_CHARS_MAX: usize = 30;
/// Characters of a unit's name and of a source; the standard names no length.
const WORDS_CHARS_MAX: usize = 100;
/// Characters of a remark.
const REMARK_CHARS_MAX: usize = 1_000;

/// In what state a component is (管理部件状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentState {
    /// 完好.
    Intact,
    /// 破损.
    Damaged,
    /// 丢失.
    Lost,
    /// 废弃.
    Abandoned,
    /// 移除.
    Removed,
}

impl ComponentState {
    const WORDS: [(Self, &'static str); 5] = [
        (Self::Intact, "完好"),
        (Self::Damaged, "破损"),
        (Self::Lost, "丢失"),
        (Self::Abandoned, "废弃"),
        (Self::Removed, "移除"),
    ];

    /// The standard's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(state, _)| *state == self).map_or("完好", |(_, word)| word)
    }
}

impl FromStr for ComponentState {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::WORDS.iter().find(|(_, word)| *word == text).map(|(state, _)| *state).ok_or(())
    }
}

/// A unit: its code and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Its unified social credit code.
    pub code: Option<CreditCode>,
    /// Its name.
    pub name: Option<String>,
}

/// One component.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// GLBJBSM, M, 17 digits.
    pub id: ComponentId,
    /// GLBJMC, M, 30.
    pub name: String,
    /// ZGBMDM and ZGBMMC, M: who supervises it.
    pub supervisor: Party,
    /// QSDWDM and QSDWMC, O: who owns it.
    pub owner: Party,
    /// YHDWDM and YHDWMC, O: who maintains it.
    pub maintainer: Party,
    /// SZDYWGBSM, M: the unit grid cell it stands in.
    pub cell: CellCode,
    /// GLBJZT, M.
    pub state: ComponentState,
    /// CSRQ, M: the first day.
    pub first_day: NaiveDate,
    /// BGRQ, C: the day of the last change; there must be one where the state is not 完好.
    pub changed: Option<NaiveDate>,
    /// SJLY, O: where the entry comes from.
    pub source: Option<String>,
    /// BZ, O, 1000.
    pub remark: Option<String>,
    /// SZJDDM and SZJDMC, O: the street.
    pub street: (Option<DivisionCode>, Option<String>),
    /// SZSQDM and SZSQMC, O: the community.
    pub community: (Option<DivisionCode>, Option<String>),
    /// Where it stands.
    pub position: Wgs84,
}

impl Row for Component {
    const KIND: RegisterKind = RegisterKind::Component;
    const COLUMNS: &'static [&'static str] =
        &["GLBJBSM", "GLBJMC", "ZGBMDM", "ZGBMMC", "SZDYWGBSM", "GLBJZT", "CSRQ", "lng", "lat"];
    const OPTIONAL: &'static [&'static str] = &[
        "QSDWDM", "QSDWMC", "YHDWDM", "YHDWMC", "BGRQ", "SJLY", "BZ", "SZJDDM", "SZJDMC", "SZSQDM", "SZSQMC",
    ];

    fn code(&self) -> &str {
        self.id.as_str()
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str())
    }

    fn position(&self) -> Wgs84 {
        self.position
    }

    fn read(fields: &mut Fields<'_>, header: &Header) -> Option<Self> {
        let id = id(fields);
        let name = fields.text("GLBJMC", NAME_CHARS_MAX).map(str::to_owned);
        let supervisor = party(fields, "ZGBMDM", "ZGBMMC", true);
        let owner = party(fields, "QSDWDM", "QSDWMC", false);
        let maintainer = party(fields, "YHDWDM", "YHDWMC", false);
        let cell: Option<CellCode> = fields.must("SZDYWGBSM", "a unit grid cell of 15 digits");
        if let Some(cell) = &cell
            && !header.may_hold(&cell.to_string())
        {
            let fault = RegisterFault::Elsewhere { value: cell.to_string(), inside: header.grid.clone() };
            fields.fail("SZDYWGBSM", fault);
        }
        let state: Option<ComponentState> = fields.must("GLBJZT", "one of 完好, 破损, 丢失, 废弃, 移除");
        let (first_day, changed) = days(fields, state);
        let source = words(fields, "SJLY", WORDS_CHARS_MAX);
        let remark = words(fields, "BZ", REMARK_CHARS_MAX);
        let street = division(fields, ("SZJDDM", "SZJDMC"), Level::Street, cell.as_ref());
        let community = division(fields, ("SZSQDM", "SZSQMC"), Level::Community, cell.as_ref());
        let position = fields.position();
        Some(Self {
            id: id?,
            name: name?,
            supervisor: supervisor?,
            owner: owner?,
            maintainer: maintainer?,
            cell: cell?,
            state: state?,
            first_day: first_day?,
            changed: changed.ok()?,
            source: source.ok()?,
            remark: remark.ok()?,
            street: street?,
            community: community?,
            position: position?,
        })
    }
}

fn id(fields: &mut Fields<'_>) -> Option<ComponentId> {
    let expected = "a component id of 17 digits";
    let id: ComponentId = fields.must("GLBJBSM", expected)?;
    if id.generation() == Generation::Gb2026 {
        return Some(id);
    }
    fields.fail("GLBJBSM", RegisterFault::not(id.as_str(), expected));
    None
}

fn party(fields: &mut Fields<'_>, code_field: &str, name_field: &str, mandatory: bool) -> Option<Party> {
    let expected = "a unified social credit code: 18 characters, the last fitting the others";
    let code = fields.parsed::<CreditCode>(code_field, expected);
    let name = words(fields, name_field, WORDS_CHARS_MAX);
    for (missing, field) in [(code == Ok(None), code_field), (name == Ok(None), name_field)] {
        if missing && mandatory {
            fields.fail(field, RegisterFault::Missing);
        }
    }
    Some(Party { code: code.ok()?, name: name.ok()? })
}

fn words(fields: &mut Fields<'_>, field: &str, chars_max: usize) -> Result<Option<String>, ()> {
    Ok(fields.optional(field, chars_max)?.map(str::to_owned))
}

type Days = (Option<NaiveDate>, Result<Option<NaiveDate>, ()>);

/// The first day and the day of the last change, which must be said where the state is no longer the first.
fn days(fields: &mut Fields<'_>, state: Option<ComponentState>) -> Days {
    let first = fields.day("CSRQ");
    if first == Ok(None) {
        fields.fail("CSRQ", RegisterFault::Missing);
    }
    let changed = fields.day("BGRQ");
    if changed == Ok(None) && state.is_some_and(|state| state != ComponentState::Intact) {
        fields.fail("BGRQ", RegisterFault::Missing);
    }
    if let (Ok(Some(first)), Ok(Some(changed))) = (first, changed)
        && changed < first
    {
        fields.fail("BGRQ", RegisterFault::ChangedBeforeFirst);
    }
    (first.ok().flatten(), changed)
}

fn division(
    fields: &mut Fields<'_>,
    (code_field, name_field): (&str, &str),
    level: Level,
    cell: Option<&CellCode>,
) -> Option<(Option<DivisionCode>, Option<String>)> {
    let expected =
        if level == Level::Street { "a street code of 9 digits" } else { "a community code of 12 digits" };
    let code = fields.parsed::<DivisionCode>(code_field, expected);
    let name = words(fields, name_field, WORDS_CHARS_MAX);
    if let Ok(Some(code)) = &code {
        if code.level() != level {
            fields.fail(code_field, RegisterFault::not(code.as_str(), expected));
        } else if let Some(cell) = cell.filter(|cell| !code.covers(&cell.community())) {
            let fault = RegisterFault::Elsewhere { value: cell.to_string(), inside: code.to_string() };
            fields.fail(code_field, fault);
        }
    }
    Some((code.ok()?, name.ok()?))
}
